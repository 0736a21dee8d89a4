import { DatedBalances } from "../../src/domain/book/dated.ts";
import { Balances } from "../../src/domain/book/journal.ts";
import { Books } from "../../src/domain/books.ts";
import type { Charge } from "../../src/domain/charge/charge.ts";
import { fold } from "../../src/domain/charge/fold.ts";
import { applyFacts } from "../../src/domain/decide.ts";
import { nothingContested } from "../../src/domain/facts/claims.ts";
import type {
  ChargeFact,
  DocumentFact,
  LineFact,
  MovementFact,
  PaymentAttempt,
} from "../../src/domain/facts/facts.ts";
import { type ChargeId, chargeId, eventId, lotId, type ObjectKey } from "../../src/domain/ids.ts";
import { type Amount, sum } from "../../src/domain/money.ts";
import { placementOf } from "../../src/domain/place/place.ts";
import type { Known } from "../../src/domain/place/placement.ts";
import { defaultPolicy, type LineRule, type Policy } from "../../src/domain/policy/policy.ts";
import { formatInstant, type Instant, nanosecondsPerDay, quarterOf } from "../../src/domain/time.ts";
import { emptyWallet, type Lot, type Wallet, type WalletLine } from "../../src/domain/wallet/wallet.ts";
import type { ChargeCause, WalletChange } from "../../src/domain/wallet/wallet-change.ts";
import { walletId, walletIds } from "../support/wallet-ids.ts";

/** Short ways to write facts, wallets and policies in a test: the defaults are the seed transaction of DESIGN section 6. */

const start: Instant = 1_767_225_600_000_000_000n;
/** The `number`-th day of a test, at midnight. */
export const day = (number: number): Instant => start + BigInt(Math.round(number * 86_400)) * 1_000_000_000n;
export const days = (number: number): Instant => BigInt(number) * nanosecondsPerDay;

export const source = { provider: "paddle", account: "default" } as const;
export const keyOf = (ref: string): ObjectKey => ({ ...source, ref });
export const idOf = (ref: string): ChargeId => chargeId(keyOf(ref));
export const stamp = (on: number, event = `evt_${on}`) => ({
  eventId: eventId(source, event),
  occurredAt: day(on),
});

/** What is known where these facts are all that was ever heard. */
export const told = (facts: readonly ChargeFact[], of: Partial<Known> = {}): Known => ({
  facts,
  contested: nothingContested,
  unlessInvoiced: false,
  providerSells: false,
  ...of,
});

/** The charge that facts of this one document and its movements make. */
export const foldFacts = (key: ObjectKey, facts: readonly ChargeFact[]): Charge =>
  fold(key, placementOf(key.ref, told(facts)));

type Of<Fact> = Partial<Omit<Fact, "stamp">> & { readonly on?: number; readonly event?: string };

/** A line whose total is all subtotal, unless `tax` or `discount` say otherwise. */
export function line(ref: string, total: Amount, of: Partial<LineFact> = {}): LineFact {
  const { tax = 0n, discount = 0n } = of;
  return {
    ref,
    priceRef: `pri_${ref}`,
    productRef: `pro_${ref}`,
    description: null,
    quantity: total < 0n ? "-1" : "1",
    proration: null,
    metadata: {},
    ...of,
    tax,
    discount,
    subtotal: total - tax + discount,
    total,
  };
}

export function payment(ref: string, amount: Amount, of: Partial<PaymentAttempt> = {}): PaymentAttempt {
  return { ref, amount, captured: true, capturedAt: day(1), method: null, ...of };
}

/** The seed transaction, completed on day 1. Totals follow `lines`; paid in full unless `payments` say otherwise. */
export function document(of: Of<DocumentFact> = {}): DocumentFact {
  const { on = 1, event, ...rest } = of;
  const lines = of.lines === undefined ? [line("line", 1999n, { tax: 333n })] : of.lines;
  const all = (field: "subtotal" | "discount" | "tax" | "total") =>
    sum((lines ?? []).map((one) => one[field]));
  const total = of.total ?? all("total");
  const creditApplied = of.creditApplied ?? 0n;
  const creditIssued = of.creditIssued ?? (total !== null && total < 0n ? -total : 0n);
  const grandTotal =
    of.grandTotal === undefined
      ? (total ?? 0n) - (creditApplied ?? 0n) + (creditIssued ?? 0n)
      : of.grandTotal;
  const fee = of.fee === undefined ? 150n : of.fee;
  const paid = of.stage === undefined || of.stage === "paid" || of.stage === "completed";
  return {
    kind: "document",
    ref: "txn_1",
    document: "transaction",
    stage: "completed",
    currency: "USD",
    subtotal: all("subtotal"),
    discount: all("discount"),
    tax: all("tax"),
    creditNotesApplied: 0n,
    debtBroughtForward: 0n,
    balance: paid ? 0n : grandTotal,
    earnings: fee === null ? null : all("subtotal") - all("discount") - fee,
    payout: null,
    invoice: null,
    payments: paid && grandTotal !== null && grandTotal > 0n ? [payment("attempt_1", grandTotal)] : [],
    customerRef: "ctm_1",
    subscriptionRef: null,
    invoiceNumber: null,
    origin: "web",
    collectionMode: "automatic",
    billingPeriod: null,
    livemode: null,
    createdAt: day(0),
    billedAt: day(0.5),
    reachedAt: null,
    metadata: null,
    ...rest,
    fee,
    total,
    creditApplied,
    creditIssued,
    grandTotal,
    lines,
    stamp: stamp(on, event),
  };
}

/** The seed transaction itself: 19.99 of which 15.00 was paid with credit. */
export const seed = (of: Of<DocumentFact> = {}) => document({ creditApplied: 1500n, ...of });

/** An approved refund on day 2 of all subtotal, no tax, with no fee given back. */
export function movement(amount: Amount, of: Of<MovementFact> = {}): MovementFact {
  const { on = 2, event, ...rest } = of;
  const tax = of.tax ?? 0n;
  const fee = of.fee === undefined ? 0n : of.fee;
  return {
    kind: "movement",
    ref: "adj_1",
    chargeRef: "txn_1",
    movement: "refund",
    status: "approved",
    warning: false,
    toCustomerBalance: null,
    currency: "USD",
    amount,
    subtotal: amount - tax,
    earnings: amount - tax - (fee ?? 0n),
    payout: null,
    lines: [],
    customerRef: "ctm_1",
    reason: null,
    createdAt: null,
    linked: null,
    ...rest,
    tax,
    fee,
    stamp: stamp(on, event),
  };
}

export const named = (lineRef: string, amount: Amount, tax: Amount = 0n) => ({ lineRef, amount, tax });

export const rule = (of: Partial<LineRule> = {}): LineRule => ({ ...defaultPolicy.default, ...of });

/** A policy of rules by price ref; every other line follows `otherwise`. */
export function policyOf(
  prices: Readonly<Record<string, Partial<LineRule>>>,
  otherwise: Partial<LineRule> = {},
  of: Partial<Policy> = {},
): Policy {
  const rules = Object.entries(prices).map(([priceRef, of]) => ({ match: { priceRef }, rule: rule(of) }));
  return { ...defaultPolicy, rules, default: rule(otherwise), ...of };
}

export const wallet1 = walletId("paddle:ctm_1", "USD");

/** A wallet of the given lots, with totals that follow from them. */
export function walletOf(...lots: readonly Partial<Lot>[]): Wallet {
  const all = lots.map((of, index): Lot => {
    const remaining = of.remaining ?? of.amount ?? 0n;
    return {
      id: lotId(wallet1, index + 1),
      ordinal: index + 1,
      walletId: wallet1,
      openedBy: index + 1,
      kind: "paid",
      chargeId: null,
      amount: remaining + (of.expired ?? 0n),
      expired: 0n,
      priority: 0,
      expiresAt: null,
      ...of,
      remaining,
    };
  });
  const value = (kind: Lot["kind"]) =>
    sum(all.filter((lot) => lot.kind === kind).map((lot) => lot.remaining));
  return {
    ...emptyWallet(wallet1, "paddle:ctm_1", "USD"),
    lots: all,
    lotCount: all.length,
    paid: value("paid"),
    promo: value("promo"),
  };
}

/** Why a wallet changes on the given day, for the charge of this ref. */
export function because(ref: string, on: number): ChargeCause {
  return { chargeId: idOf(ref), eventId: null, reason: null, effectiveAt: day(on), postedAt: day(on) };
}

/** What is left of each lot, in their order. */
export const remaining = (wallet: Wallet) => wallet.lots.map((lot) => lot.remaining);

/** The postings of a change or of a target, by account; the wallet's own name is left out of its accounts. */
export function byAccount(of: WalletChange | Balances | DatedBalances): Record<string, Amount> {
  const postings =
    of instanceof Balances
      ? of.postings()
      : of instanceof DatedBalances
        ? of.total().postings()
        : of.entry.postings;
  return Object.fromEntries(
    postings.map(({ account, currency, amount }) => [
      `${account.replace(wallet1, "1").replace("paddle:default:", "")} ${currency}`.replace(" USD", ""),
      amount,
    ]),
  );
}

/** What is posted by the end of each quarter of an hour: what of it was said when, within one, does not count. */
export function byQuarter(posted: DatedBalances) {
  return posted
    .steps()
    .map(({ at, balances }) => ({ quarter: quarterOf(at), postings: balances.postings() }));
}

/** What a charge topped up, took back, restored and debited by the end of each quarter of an hour, by its statement lines. */
export function walletByQuarter(lines: readonly WalletLine[]): Record<string, Amount> {
  const sums: Record<string, Amount> = {};
  const add = (name: string, { effectiveAt, requested }: WalletLine, sign: bigint) => {
    const key = `${formatInstant(quarterOf(effectiveAt))} ${name}`;
    sums[key] = (sums[key] ?? 0n) + sign * requested;
  };
  for (const line of lines) {
    const [name, sign] = meanings[line.kind] ?? [];
    if (name !== undefined && sign !== undefined) add(name, line, sign);
  }
  return Object.fromEntries(Object.entries(sums).filter(([, amount]) => amount !== 0n));
}

const meanings: { readonly [Kind in WalletLine["kind"]]?: readonly [string, bigint] } = {
  top_up: ["sold", 1n],
  top_up_correction: ["sold", -1n],
  top_up_regained: ["sold", 1n],
  take_back: ["taken back", 1n],
  take_back_correction: ["taken back", -1n],
  restore: ["restored", 1n],
  restore_correction: ["restored", -1n],
  debit: ["debited", 1n],
  debit_reversal: ["debited", -1n],
};

/** Books in memory, to which facts are told one by one, as events would. */
export class Desk {
  readonly books = new Books(walletIds);
  readonly #policies: Policy[];
  #day = 1;

  constructor(policy: Policy = defaultPolicy) {
    this.#policies = [policy];
  }

  /** From now on this policy is in force, as the next version. */
  change(policy: Policy): this {
    this.#policies.push({ ...policy, version: this.#policies.length + 1 });
    return this;
  }

  link(customerRef: string, owner: string): this {
    this.books.load({ links: [[`paddle:default:${customerRef}`, owner]] });
    return this;
  }

  /** The day on which what is told next is posted; each telling moves on by a second. */
  on(number: number): this {
    this.#day = number;
    return this;
  }

  tell(...facts: readonly ChargeFact[]): this {
    for (const fact of facts) {
      const key = keyOf(fact.kind === "movement" ? fact.chargeRef : fact.ref);
      const { eventId, occurredAt } = fact.stamp;
      this.#day += 1 / 86_400;
      applyFacts(this.books, { ...key, names: [] }, [fact], {
        policies: this.policies,
        eventId,
        occurredAt,
        now: day(this.#day),
        reason: null,
      });
    }
    return this;
  }

  get policies() {
    const version = (number: number) => this.#policies[number - 1] as Policy;
    return { current: this.#policies.at(-1) as Policy, version };
  }

  record(ref = "txn_1") {
    return this.books.charge(idOf(ref), keyOf(ref));
  }

  wallet(id = wallet1): Wallet {
    return this.books.wallet(id) ?? emptyWallet(id, "", "USD");
  }

  /** Spends from the wallet, or changes it in another way. */
  act(change: (wallet: Wallet) => WalletChange | null, id = wallet1): this {
    const done = change(this.wallet(id));
    if (done === null) return this;
    this.books.putWallet(done.wallet);
    this.books.entries.push(done.entry);
    this.books.walletLines.push(done.line);
    return this;
  }

  /** All that was ever posted, by account. */
  ledger(): Record<string, Amount> {
    return byAccount(Balances.of(this.books.entries.flatMap((entry) => entry.postings)));
  }
}
