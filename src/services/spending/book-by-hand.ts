import type { Deed } from "../../domain/action.ts";
import type { Books, PastLine } from "../../domain/books.ts";
import { Changes } from "../../domain/changes.ts";
import { type EntryId, entryId, lineOfEntry, type WalletId } from "../../domain/ids.ts";
import { type Amount, fitsInto64Bits } from "../../domain/money.ts";
import type { Policy } from "../../domain/policy/policy.ts";
import { debit, type GrantTerms, grant, undoDebit, undoGrant, writeOff } from "../../domain/wallet/moves.ts";
import { balanceOf, type Wallet, type WalletLine } from "../../domain/wallet/wallet.ts";
import { type Cause, type WalletChange, withoutCharge } from "../../domain/wallet/wallet-change.ts";
import type { Work } from "../../store/batch/unit-of-work.ts";
import { recorded } from "../people/acting.ts";
import type { Services } from "../services.ts";
import { confirming, type Stale } from "./previews.ts";
import { workOnWallet } from "./wallet-work.ts";

interface ByHand {
  readonly walletId: WalletId;
  /** More than 0. */
  readonly amount: Amount;
  readonly reason: string;
}

export interface GrantRequest extends ByHand, GrantTerms {}

type Booked = { readonly kind: "booked"; readonly line: WalletLine; readonly currency: string };
type WalletUnknown = { readonly kind: "wallet_unknown" };
/** It is not more than 0, or the wallet could not hold it. */
type AmountInvalid = { readonly kind: "amount_invalid" };

const unknown: WalletUnknown = { kind: "wallet_unknown" };

/** Something that a person books, and what the trail says of it. */
export interface Bookable<Result> {
  readonly work: Work<Result>;
  readonly deedOf: (result: Result) => Deed | null;
}

/** Books it; what was shown before only if it would still be the same: `preview` is its hash. */
export function bookShown<Result extends { readonly kind: string }>(
  services: Services,
  { work, deedOf }: Bookable<Result>,
  preview: string,
): Promise<Result | Stale> {
  const isStale = (result: Result | Stale): result is Stale => result.kind === "preview_stale";
  return services.store.write(
    recorded(services, confirming(work, preview), (result) => (isStale(result) ? null : deedOf(result))),
  );
}

function bookNow<Result>(services: Services, { work, deedOf }: Bookable<Result>): Promise<Result> {
  return services.store.write(recorded(services, work, deedOf));
}

/** Lowers a wallet as far as value is available; what is not is recorded as uncovered. */
export async function debitByHand(
  services: Services,
  request: ByHand,
): Promise<Booked | WalletUnknown | AmountInvalid> {
  if (!isPositive(request.amount)) return { kind: "amount_invalid" };
  return bookNow(services, debiting(services, request));
}

export function debiting(
  { policies }: Services,
  { walletId, amount, reason }: ByHand,
): Bookable<Booked | WalletUnknown> {
  const work = workOnWallet<Booked | WalletUnknown>(walletId, { unknown }, (wallet, books, now) => {
    const changes = new Changes(wallet, now);
    const change = debit(changes.wallet, withoutCharge(now, reason), amount);
    return book(books, changes, change, policies.current);
  });
  return { work, deedOf: bookedBy("wallet.debit", walletId, reason) };
}

export type Granted = Booked | WalletUnknown | AmountInvalid | { readonly kind: "expires_at_past" };

/** Gives a wallet a lot of its own. */
export async function grantByHand(services: Services, request: GrantRequest): Promise<Granted> {
  if (!isPositive(request.amount)) return { kind: "amount_invalid" };
  return bookNow(services, granting(services, request));
}

export function granting(
  { policies }: Services,
  { walletId, reason, ...terms }: GrantRequest,
): Bookable<Granted> {
  const work = workOnWallet<Granted>(walletId, { unknown }, (wallet, books, now) => {
    if (terms.expiresAt !== null && terms.expiresAt <= now) return { kind: "expires_at_past" };
    const changes = new Changes(wallet, now);
    if (!fitsInto64Bits(balanceOf(changes.wallet) + terms.amount)) return { kind: "amount_invalid" };
    return book(books, changes, grant(changes.wallet, withoutCharge(now, reason), terms), policies.current);
  });
  return { work, deedOf: bookedBy("wallet.grant", walletId, reason) };
}

export type RecoveryWrittenOff =
  | { readonly kind: "written_off"; readonly lines: readonly WalletLine[]; readonly currency: string }
  | WalletUnknown
  | AmountInvalid
  /** More than is open would be a mistake: nothing happens. */
  | { readonly kind: "exceeds_recovery"; readonly recovery: Amount };

/** Forgives what is to be repaid, the oldest first. */
export async function writeOffRecovery(services: Services, request: ByHand): Promise<RecoveryWrittenOff> {
  if (!isPositive(request.amount)) return { kind: "amount_invalid" };
  return bookNow(services, writingOff(services, request));
}

export function writingOff(
  { policies }: Services,
  { walletId, amount, reason }: ByHand,
): Bookable<RecoveryWrittenOff> {
  // Its lines are its charges': a neighbour may have read those without them.
  const options = { unknown, alone: true };
  const work = workOnWallet<RecoveryWrittenOff>(walletId, options, (wallet, books, now) => {
    if (amount > wallet.recovery) return { kind: "exceeds_recovery", recovery: wallet.recovery };
    const changes = new Changes(wallet, now);
    const written = writeOff(changes.wallet, withoutCharge(now, reason), amount);
    for (const change of written) changes.add(change);
    changes.record(books, policies.current);
    const { currency } = changes.wallet;
    return { kind: "written_off", lines: written.map(({ line }) => line), currency };
  });
  const deedOf = (result: RecoveryWrittenOff): Deed | null => {
    if (result.kind !== "written_off") return null;
    const after = { written_off: String(amount), currency: result.currency };
    return { action: "recovery.write_off", subject: walletId, reason, before: null, after };
  };
  return { work, deedOf };
}

function book(books: Books, changes: Changes, change: WalletChange, policy: Policy): Booked {
  changes.add(change);
  changes.record(books, policy);
  return { kind: "booked", line: change.line, currency: changes.wallet.currency };
}

/** What the trail says of a line that somebody booked. */
function bookedBy(action: "wallet.grant" | "wallet.debit", walletId: WalletId, reason: string) {
  return (result: Granted): Deed | null => {
    if (result.kind !== "booked") return null;
    const { currency, line } = result;
    const { amount, balanceAfter, entryId } = line;
    const before = { balance: String(balanceAfter - amount), currency };
    const after = { balance: String(balanceAfter), currency, entry: entryId };
    return { action, subject: walletId, reason, before, after };
  };
}

const isPositive = (amount: Amount): boolean => amount > 0n && fitsInto64Bits(amount);

interface EntryReversal {
  readonly entryId: EntryId;
  readonly reason: string;
}

export type EntryReversed =
  | { readonly kind: "reversed"; readonly line: WalletLine; readonly currency: string }
  /** It was reversed before, by this entry: nothing happens. */
  | { readonly kind: "already_reversed"; readonly entryId: EntryId }
  | { readonly kind: "entry_unknown" }
  /** It is neither a grant nor a debit by hand. */
  | { readonly kind: "not_reversible" }
  /** All of the grant is spent, held, or expired. */
  | { readonly kind: "nothing_left" };

/** Undoes what a person booked: a debit altogether, a grant as far as its lot still has it. */
export async function reverseEntry(services: Services, reversal: EntryReversal): Promise<EntryReversed> {
  const reversing = reversingEntry(services, reversal);
  if (reversing === null) return { kind: "entry_unknown" };
  return services.store.write(recorded(services, reversing.work, reversing.deedOf));
}

/** `null` if there can be no such entry. */
export function reversingEntry(
  { policies }: Services,
  { entryId: id, reason }: EntryReversal,
): Bookable<EntryReversed> | null {
  const named = lineOfEntry(id);
  if (named === undefined) return null;
  const policy = policies.current;
  const unknown: EntryReversed = { kind: "entry_unknown" };
  const need = { unknown, undo: { entry: id } };
  const work = workOnWallet<EntryReversed>(named.walletId, need, (wallet, books, now) => {
    const past = books.pastLine(id);
    if (past === undefined) return unknown;
    if (past.reversedBy !== null)
      return { kind: "already_reversed", entryId: entryId(wallet.id, past.reversedBy) };
    const isByHand = past.line.chargeId === null && ["debit", "grant"].includes(past.line.kind);
    if (!isByHand) return { kind: "not_reversible" };
    const changes = new Changes(wallet, now);
    const change = undo(changes.wallet, withoutCharge(now, reason), past);
    if (change === null) return { kind: "nothing_left" };
    changes.add(change);
    changes.record(books, policy);
    return { kind: "reversed", line: change.line, currency: changes.wallet.currency };
  });
  const deedOf = (result: EntryReversed): Deed | null => {
    if (result.kind !== "reversed") return null;
    const { line, currency } = result;
    const after = { entry: line.entryId, amount: String(line.amount), currency };
    return { action: "entry.reverse", subject: id, reason, before: null, after };
  };
  return { work, deedOf };
}

function undo(wallet: Wallet, cause: Cause, past: PastLine): WalletChange | null {
  return past.line.kind === "debit" ? undoDebit(wallet, cause, past.line) : undoGrant(wallet, cause, past);
}
