import { hash } from "node:crypto";

/**
 * Ids are names, computed from what they name: two processes that meet the same document at the same time call its
 * charge by the same id, and equal inputs leave equal books on any engine. What belongs to a charge or a wallet is
 * counted within it, and its id says so.
 */
declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type EventId = Branded<"EventId">;
export type ChargeId = Branded<"ChargeId">;
export type MovementId = Branded<"MovementId">;
export type PayoutId = Branded<"PayoutId">;
export type WalletId = Branded<"WalletId">;
export type EntryId = Branded<"EntryId">;
export type LotId = Branded<"LotId">;
export type MessageId = Branded<"MessageId">;
export type DiscrepancyId = Branded<"DiscrepancyId">;

export const providerNames = ["paddle", "stripe"] as const;
export type ProviderName = (typeof providerNames)[number];

/** One account at one provider; `account` is `default` unless a secret names another. */
export interface Source {
  readonly provider: ProviderName;
  readonly account: string;
}

/** A provider's document, dispute, payout, …: its own id within one account. */
export interface ObjectKey extends Source {
  readonly ref: string;
}

function named<Id extends string>(prefix: string, ...parts: readonly string[]): Id {
  return `${prefix}_${hash("sha256", parts.join("\u0000"), "hex").slice(0, 24)}` as Id;
}

/** `paddle:default:evt_…`: the identity of an event, readable as it is. */
export function eventId(source: Source, providerEventId: string): EventId {
  return `${source.provider}:${source.account}:${providerEventId}` as EventId;
}

const chargeIds = new WeakMap<ObjectKey, ChargeId>();

/** Deciding asks for the id of one key several times: hashing is worth remembering. */
export function chargeId(key: ObjectKey): ChargeId {
  const known = chargeIds.get(key);
  if (known !== undefined) return known;
  const id = named<ChargeId>("chg", key.provider, key.account, key.ref);
  chargeIds.set(key, id);
  return id;
}

export function movementId(key: ObjectKey): MovementId {
  return named("mov", key.provider, key.account, key.ref);
}

export function payoutId(key: ObjectKey): PayoutId {
  return named("pay", key.provider, key.account, key.ref);
}

export function walletId(owner: string, currency: string): WalletId {
  return named("wal", owner, currency);
}

/** A customer of one account, as a key of links and credits. */
export function customerKey(source: Source, customerRef: string): string {
  return `${source.provider}:${source.account}:${customerRef}`;
}

/** `stripe:default:pi_…`: a provider's object, as a key of what is known about it. */
export function nameKey(source: Source, ref: string): string {
  return `${source.provider}:${source.account}:${ref}`;
}

/** `chg_….2`: the second entry of a charge, a wallet or a payout. */
export function entryId(subject: ChargeId | WalletId | PayoutId, ordinal: number): EntryId {
  return `${subject}.${ordinal}` as EntryId;
}

/** `wal_….lot3`: the third lot of a wallet. */
export function lotId(wallet: WalletId, ordinal: number): LotId {
  return `${wallet}.lot${ordinal}` as LotId;
}

export function discrepancyId(kind: string, subject: string): DiscrepancyId {
  return named("dis", kind, subject);
}

/** `wal_….wallet.balance_changed.7`: what it is about, its type, and which of those it is, or what caused it. */
export function messageId(type: string, subject: string, which: number | string): MessageId {
  return `${subject}.${type}.${which}` as MessageId;
}
