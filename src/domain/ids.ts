import { hash } from "node:crypto";

/**
 * Ids are names, made of what they name: two processes that meet the same document at the same time call its charge by the
 * same id, and equal inputs leave equal books on any engine. What belongs to a charge or a wallet is counted within it,
 * and its id says so. Why they look as they do: docs/decisions/0024.
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
export type HoldId = Branded<"HoldId">;
/** Of the app's choosing, unique in the whole database. */
export type UsageId = Branded<"UsageId">;
/** As the app chose it. */
export type LimitId = Branded<"LimitId">;
export type MessageId = Branded<"MessageId">;
export type DiscrepancyId = Branded<"DiscrepancyId">;
export type StatementId = Branded<"StatementId">;
export type ReconciliationId = Branded<"ReconciliationId">;

/** The providers that come with Tallyhook. */
export const providerNames = ["paddle", "stripe"] as const;
export type OwnProvider = (typeof providerNames)[number];
/** An app may bring another, under a name of its own: see docs/adding-a-provider.md. */
export type ProviderName = OwnProvider | (string & Record<never, never>);

/** One account at one provider; `account` is `default` unless a secret names another. */
export interface Source {
  readonly provider: ProviderName;
  readonly account: string;
}

/** A provider's document, dispute, payout, …: its own id within one account. */
export interface ObjectKey extends Source {
  readonly ref: string;
}

function digest(...parts: readonly string[]): string {
  return hash("sha256", parts.join("\u0000"), "hex").slice(0, 24);
}

function named<Id extends string>(prefix: string, ...parts: readonly string[]): Id {
  return `${prefix}_${digest(...parts)}` as Id;
}

/** `paddle:default:evt_…`: the identity of an event, readable as it is. */
export function eventId(source: Source, providerEventId: string): EventId {
  return `${source.provider}:${source.account}:${providerEventId}` as EventId;
}

/** What may stand in an id as it is; anything else is hashed, and told apart by a hyphen where no plain name has one. */
const plainRef = /^\w{1,64}$/;
const plainSource = /^(?!h-)[\w-]{1,64}$/;

function spelled(name: string, plain: RegExp): string {
  return plain.test(name) ? name : `h-${digest(name)}`;
}

/** `txn_01h…~paddle`, `in_1NG…~stripe~acct_…`: the ref first, so that ids rise as the provider's own do; `default` is not said. */
function located<Id extends string>(prefix: string, { ref, provider, account }: ObjectKey): Id {
  const id = `${prefix}_${spelled(ref, plainRef)}~${spelled(provider, plainSource)}`;
  return (account === "default" ? id : `${id}~${spelled(account, plainSource)}`) as Id;
}

/** `chg_txn_01h…~paddle`. */
export function chargeId(key: ObjectKey): ChargeId {
  return located("chg", key);
}

/** `mov_adj_01h…~paddle`. */
export function movementId(key: ObjectKey): MovementId {
  return located("mov", key);
}

/** `pay_pay_01h…~paddle`. */
export function payoutId(key: ObjectKey): PayoutId {
  return located("pay", key);
}

/** From which id on, and before which, all charges or transfers with a ref are, whatever their account. */
export function idsOfRef(
  prefix: "chg" | "pay",
  ref: string,
): { readonly from: string; readonly before: string } {
  // Nothing that a source is spelled with comes after the tilde.
  const from = `${prefix}_${spelled(ref, plainRef)}~`;
  return { from, before: `${from}~` };
}

/** How one installation names wallets: under its key, so that nobody can try owners until one has the id. */
export class WalletIds {
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  of(owner: string, currency: string): WalletId {
    return named("wal", this.#key, owner, currency);
  }
}

/** A customer of one account, as a key of links and credits. */
export function customerKey(source: Source, customerRef: string): string {
  return `${source.provider}:${source.account}:${customerRef}`;
}

/** `stripe:default:pi_…`: a provider's object, as a key of what is known about it. */
export function nameKey(source: Source, ref: string): string {
  return `${source.provider}:${source.account}:${ref}`;
}

/** Names what was decided under an idempotency key: one request may decide several things, one after the other. */
export function idempotencyId(caller: string, key: string, ordinal: number): string {
  return named("idk", caller, key, String(ordinal));
}

/** `chg_txn_01h…~paddle.2`: the second entry of a charge, a wallet or a payout, or for a discrepancy. */
export function entryId(subject: ChargeId | WalletId | PayoutId | DiscrepancyId, ordinal: number): EntryId {
  return `${subject}.${ordinal}` as EntryId;
}

/** `wal_….lot3`: the third lot of a wallet. */
export function lotId(wallet: WalletId, ordinal: number): LotId {
  return `${wallet}.lot${ordinal}` as LotId;
}

/** `wal_….hold3`: the third hold of a wallet. */
export function holdId(wallet: WalletId, ordinal: number): HoldId {
  return `${wallet}.hold${ordinal}` as HoldId;
}

/** What settles a hold is usage under the hold's own name. */
export function settlementId(hold: HoldId): UsageId {
  return hold as string as UsageId;
}

/** What a link carries from one wallet to another is usage under the name that the line's own entry would have. */
export function carriedId(wallet: WalletId, seq: number): UsageId {
  return entryId(wallet, seq) as string as UsageId;
}

const madeByWallets = /^(wal_[0-9a-f]{24})\.(hold)?([1-9]\d{0,14})$/;

/** The wallet that a hold belongs to; `undefined` if this is no hold's id. */
export function walletOfHold(id: string): WalletId | undefined {
  const [, wallet, hold] = madeByWallets.exec(id) ?? [];
  return hold === undefined ? undefined : (wallet as WalletId);
}

/** The wallet and the statement line of a wallet's entry; `undefined` if this is no wallet's entry. */
export function lineOfEntry(id: string): { readonly walletId: WalletId; readonly seq: number } | undefined {
  const [, wallet, hold, ordinal] = madeByWallets.exec(id) ?? [];
  if (wallet === undefined || hold !== undefined) return undefined;
  return { walletId: wallet as WalletId, seq: Number(ordinal) };
}

/** Whether an id looks like one that a wallet gives to what it does itself: no app may take it for its usage. */
export const isReservedId = (id: string): boolean => madeByWallets.test(id);

export function discrepancyId(kind: string, subject: string): DiscrepancyId {
  return named("dis", kind, subject);
}

/** The third statement in one format of one account, for instance. */
export function statementId(source: Source, format: string, ordinal: number): StatementId {
  return named("stm", source.provider, source.account, format, String(ordinal));
}

/** `which` is whatever makes this comparison another one than the last of the same kind. */
export function reconciliationId(
  { provider, account }: Source,
  ...which: readonly string[]
): ReconciliationId {
  return named("rec", provider, account, ...which);
}

/** `wal_….wallet.balance_changed.7`: what it is about, its type, and which of those it is, or what caused it. */
export function messageId(type: string, subject: string, which: number | string): MessageId {
  return `${subject}.${type}.${which}` as MessageId;
}
