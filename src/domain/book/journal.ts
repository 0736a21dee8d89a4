import type { ChargeId, EntryId, EventId, PayoutId, WalletId } from "../ids.ts";
import { type Amount, checked } from "../money.ts";
import type { Instant } from "../time.ts";

/** One signed line of an entry: debit is +, credit is −, in minor units of `currency`. */
export interface Posting {
  readonly account: string;
  readonly currency: string;
  readonly amount: Amount;
}

/** What happened to a wallet; also the kind of its statement lines. */
export const walletLineKinds = [
  "top_up",
  "take_back",
  "restore",
  "top_up_correction",
  "top_up_regained",
  "take_back_correction",
  "restore_correction",
  "replanned",
  "debit",
  "debit_reversal",
  "usage",
  "usage_reversal",
  "grant",
  "grant_reversal",
  "write_off",
  "expiry",
  "link_out",
  "link_in",
] as const;
export type WalletLineKind = (typeof walletLineKinds)[number];

/** `correction`: posted by a person for a discrepancy, or taken back because its sides changed. */
export const entryKinds = ["provider", "correction", ...walletLineKinds] as const;
export type EntryKind = (typeof entryKinds)[number];

/** What lines can be corrected. */
export const correctable = ["top_up", "take_back", "restore"] as const;

/** Lines that correct others, and which. */
const corrections = {
  top_up_correction: "top_up",
  top_up_regained: "top_up",
  take_back_correction: "take_back",
  restore_correction: "restore",
} as const satisfies Readonly<Record<string, (typeof correctable)[number]>>;
type Correction = keyof typeof corrections;

const isCorrection = (kind: WalletLineKind): kind is Correction => kind in corrections;

/** What statements call their lines. */
export const toldKinds = [
  ...walletLineKinds.filter((kind): kind is Exclude<WalletLineKind, Correction> => !isCorrection(kind)),
  "correction",
] as const;

/** What a statement line says of itself: one that corrects others of its quarter of an hour is told as that. */
export function toldKind(kind: WalletLineKind): {
  readonly kind: (typeof toldKinds)[number];
  readonly corrects?: (typeof corrections)[Correction];
} {
  return isCorrection(kind) ? { kind: "correction", corrects: corrections[kind] } : { kind };
}

/** An immutable journal entry. What is wrong is corrected by a further entry. */
export interface Entry {
  readonly id: EntryId;
  readonly kind: EntryKind;
  /** Counted from 1 within its subject: the wallet if it has one, else the charge or the payout; a correction's discrepancy. */
  readonly ordinal: number;
  readonly chargeId: ChargeId | null;
  readonly walletId: WalletId | null;
  readonly payoutId: PayoutId | null;
  /** The event that caused it; `null` if a person or the clock did. */
  readonly eventId: EventId | null;
  /** The provider's clock, and ours. */
  readonly effectiveAt: Instant;
  readonly postedAt: Instant;
  readonly reason: string | null;
  readonly postings: readonly Posting[];
}

/** Sums per account and currency: what a charge's provider side should be, or has been posted as. */
export class Balances {
  readonly #amounts = new Map<string, Posting>();

  static of(postings: Iterable<Posting>): Balances {
    const balances = new Balances();
    for (const posting of postings) balances.add(posting.account, posting.currency, posting.amount);
    return balances;
  }

  add(account: string, currency: string, amount: Amount): this {
    if (amount === 0n) return this;
    const key = `${currency} ${account}`;
    const before = this.#amounts.get(key)?.amount ?? 0n;
    this.#amounts.set(key, { account, currency, amount: before + amount });
    return this;
  }

  addAll(other: Balances): this {
    for (const { account, currency, amount } of other.#amounts.values()) this.add(account, currency, amount);
    return this;
  }

  negated(): Balances {
    const negated = new Balances();
    for (const { account, currency, amount } of this.#amounts.values())
      negated.add(account, currency, -amount);
    return negated;
  }

  get isEmpty(): boolean {
    for (const { amount } of this.#amounts.values()) if (amount !== 0n) return false;
    return true;
  }

  amountOf(account: string, currency: string): Amount {
    return this.#amounts.get(`${currency} ${account}`)?.amount ?? 0n;
  }

  /** Postings in the order of currency and account, without those that are zero. */
  postings(): Posting[] {
    const keys = [...this.#amounts.keys()].sort();
    return keys.map((key) => this.#amounts.get(key) as Posting).filter((posting) => posting.amount !== 0n);
  }

  equals(other: Balances): boolean {
    return this.minus(other).postings().length === 0;
  }

  /** What must be posted on top of `posted` to arrive here. */
  minus(posted: Balances): Balances {
    const difference = Balances.of(this.postings());
    for (const { account, currency, amount } of posted.postings()) difference.add(account, currency, -amount);
    return difference;
  }
}

/**
 * The postings of an entry: they sum to zero per currency and each fits into 64 bits.
 * @throws AmountOverflow
 */
export function balanced(postings: readonly Posting[]): readonly Posting[] {
  const sums = new Map<string, Amount>();
  for (const { currency, amount } of postings)
    sums.set(currency, (sums.get(currency) ?? 0n) + checked(amount));
  for (const [currency, rest] of sums) {
    if (rest !== 0n) throw new Error(`An entry does not balance: ${rest} ${currency} left over.`);
  }
  return postings;
}
