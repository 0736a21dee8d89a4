import { accounts } from "../book/accounts.ts";
import { exchange } from "../book/book-template.ts";
import type { InBooks } from "../book/books-start.ts";
import { DatedBalances } from "../book/dated.ts";
import { Balances } from "../book/journal.ts";
import type { Finding } from "../charge/finding.ts";
import { compareStamps } from "../facts/facts.ts";
import type { PayoutFact, PayoutRowFact, RowAmounts } from "../facts/transfer-facts.ts";
import { type ObjectKey, type PayoutId, payoutId } from "../ids.ts";
import { type Amount, maximum, minimum, sum } from "../money.ts";
import { type Instant, nanosecondsPerDay } from "../time.ts";

/** Money the provider sends to our bank: the fold of its facts. */
export interface Payout {
  readonly kind: "payout";
  readonly id: PayoutId;
  readonly key: ObjectKey;
  readonly status: PayoutFact["status"];
  readonly amount: Amount;
  readonly currency: string;
  readonly remittanceRef: string | null;
  readonly createdAt: Instant | null;
  /** The day on which it is in the bank, by its beginning in UTC: a calendar date of no zone; `null` if it is not said. */
  readonly arrivalOn: Instant | null;
  /** When it left the balance: by its row, else as it says. */
  readonly leftAt: Instant;
  /** When it was in the bank, `null` if that was never said; and when it came back, `null` if it did not. */
  readonly arrivedAt: Instant | null;
  readonly cameBackAt: Instant | null;
  /** When it became what it is. */
  readonly statusChangedAt: Instant;
  /** The rows of the balance by which it left, and came back if it failed. */
  readonly rows: readonly RowOfPayout[];
}

export interface RowOfPayout extends RowAmounts {
  readonly ref: string;
  readonly at: Instant;
}

/** A payout that was paid can still fail: the bank sends it back. */
const ranks: Record<PayoutFact["status"], number> = {
  pending: 0,
  in_transit: 0,
  paid: 1,
  failed: 2,
  canceled: 2,
};

/** Of one that only its rows tell of, it is known that it left, and whether it came back. */
export function foldPayout(
  key: ObjectKey,
  facts: readonly PayoutFact[],
  rowFacts: readonly PayoutRowFact[],
): Payout {
  const rows = foldRows(rowFacts);
  const told = facts.length > 0 ? foldTold(facts) : toldByRows(rows);
  const back = rows.find((row) => isBack(row, told)) ?? null;
  const status = back !== null && !isUndone(told.status) ? "failed" : told.status;
  const leaving = rows.filter((row) => row !== back).map(({ at }) => at);
  const leftAt = leaving.length > 0 ? leaving.reduce(minimum) : told.leftAt;
  const arrivedAt = told.arrivedAt === null ? null : maximum(told.arrivedAt, leftAt);
  const cameBackAt = isUndone(status) ? maximum(back?.at ?? told.saidAt, leftAt) : null;
  const { saidAt: _, ...words } = told;
  return {
    kind: "payout",
    id: payoutId(key),
    key,
    ...words,
    status,
    leftAt,
    arrivedAt,
    cameBackAt,
    statusChangedAt: cameBackAt ?? arrivedAt ?? leftAt,
    rows,
  };
}

const isUndone = (status: Payout["status"]) => status === "failed" || status === "canceled";

interface Told extends Omit<Payout, "kind" | "id" | "key" | "rows" | "cameBackAt" | "statusChangedAt"> {
  /** When its status was first said. */
  readonly saidAt: Instant;
}

/** Money that is said to be in the bank is there on the day that it is said to arrive, whenever we hear of it. */
function foldTold(facts: readonly PayoutFact[]): Told {
  const ordered = facts.toSorted(
    (a, b) => ranks[a.status] - ranks[b.status] || compareStamps(a.stamp, b.stamp),
  );
  const latest = ordered.at(-1) as PayoutFact;
  const known = <Field extends keyof PayoutFact>(field: Field) =>
    ordered.findLast((fact) => fact[field] !== null)?.[field] ?? null;
  const firstSaid = (status: PayoutFact["status"]) =>
    ordered.find((fact) => fact.status === status)?.stamp.occurredAt;
  const paidAt = firstSaid("paid");
  const arrivalOn = ordered.findLast((fact) => fact.arrivalOn !== null)?.arrivalOn ?? null;
  return {
    status: latest.status,
    amount: latest.amount,
    currency: latest.currency,
    remittanceRef: known("remittanceRef") as string | null,
    createdAt: known("createdAt") as Instant | null,
    arrivalOn,
    leftAt: ordered.map((fact) => fact.createdAt ?? fact.stamp.occurredAt).reduce(minimum),
    arrivedAt: paidAt === undefined ? null : arrivalOn === null ? paidAt : noonOf(arrivalOn),
    saidAt: firstSaid(latest.status) as Instant,
  };
}

/** Noon UTC is on that very date almost everywhere: a date of no zone is in the books by it. */
const noonOf = (date: Instant): Instant => date + nanosecondsPerDay / 2n;

function toldByRows(rows: readonly RowOfPayout[]): Told {
  const { currency, gross, at } = rows[0] as RowOfPayout;
  return {
    status: "in_transit",
    amount: -gross,
    currency,
    remittanceRef: null,
    createdAt: null,
    arrivalOn: null,
    leftAt: at,
    arrivedAt: null,
    saidAt: at,
  };
}

function foldRows(facts: readonly PayoutRowFact[]): RowOfPayout[] {
  const latest = new Map(facts.toSorted((a, b) => compareStamps(a.stamp, b.stamp)).map((f) => [f.ref, f]));
  const rows = [...latest.values()].map(({ ref, stamp, currency, gross, fee, net }) => ({
    ref,
    at: stamp.occurredAt,
    currency,
    gross,
    fee,
    net,
  }));
  return rows.sort((a, b) => (a.at === b.at ? (a.ref < b.ref ? -1 : 1) : a.at < b.at ? -1 : 1));
}

/** A row that gives back what a payout took from the balance. */
function isBack({ gross, currency }: RowAmounts, payout: Pick<Payout, "amount" | "currency">): boolean {
  return payout.amount !== 0n && gross === payout.amount && currency === payout.currency;
}

/**
 * On its way it is in transit, then in the bank; one that fails comes back to the balance. What the provider takes for it
 * (for an instant payout) is a fee, and stays one where the payout fails, unless a row gives it back.
 */
export function bookPayout(payout: Payout, inBooks: InBooks): DatedBalances {
  if (!inBooks(payout.leftAt)) return bookEarlier(payout, inBooks);
  const { key, amount, currency, leftAt, arrivedAt, cameBackAt, rows } = payout;
  const target = new DatedBalances();
  bookFees(target, key, rows);
  const leaving = bookLeaving(new Balances().add(accounts.inTransit(key), currency, amount), payout);
  const arriving = new Balances()
    .add(accounts.bank, currency, amount)
    .add(accounts.inTransit(key), currency, -amount);
  target.add(leftAt, leaving);
  const hasArrived = arrivedAt !== null && (cameBackAt === null || arrivedAt < cameBackAt);
  if (hasArrived) target.add(arrivedAt, arriving);
  if (cameBackAt === null) return target;
  if (hasArrived) target.add(cameBackAt, arriving.negated());
  return target.add(cameBackAt, leaving.negated());
}

function bookFees(target: DatedBalances, key: ObjectKey, rows: readonly RowOfPayout[]): void {
  for (const { at, currency, fee } of rows) {
    target.post(at, accounts.fees(key), currency, fee);
    target.post(at, accounts.balance(key), currency, -fee);
  }
}

/** By its row, where that is known: its currency may be another, and its amount be more than what the payout is said to be. */
function bookLeaving(target: Balances, payout: Payout): Balances {
  const { key, amount, currency } = payout;
  const row = rowOf(payout);
  if (row === null) return target.add(accounts.balance(key), currency, -amount);
  target.add(accounts.balance(key), row.currency, row.amount);
  if (row.currency === currency) return target.add(accounts.rowSuspense(key), currency, -amount - row.amount);
  exchange(target, { currency, amount: -amount }, row);
  return target;
}

/** What left the balance, without the fee; `null` while no row of it is known. Rows of two currencies have no sum. */
function rowOf(payout: Payout): { readonly currency: string; readonly amount: Amount } | null {
  const leaving = payout.rows.filter((row) => !isBack(row, payout));
  const [first] = leaving;
  if (first === undefined) return null;
  const alike = leaving.filter(({ currency }) => currency === first.currency);
  return { currency: first.currency, amount: sum(alike.map(({ gross }) => gross)) };
}

/** It had left the balance before the books began: only what comes back to it is in them, and was never sold in them. */
function bookEarlier(payout: Payout, inBooks: InBooks): DatedBalances {
  const target = new DatedBalances();
  const { key, amount, currency, cameBackAt } = payout;
  if (cameBackAt === null || !inBooks(cameBackAt)) return target;
  bookFees(
    target,
    key,
    payout.rows.filter(({ at }) => inBooks(at)),
  );
  return target
    .post(cameBackAt, accounts.balance(key), currency, amount)
    .post(cameBackAt, accounts.providerOpening(key), currency, -amount);
}

/** A payout is what left the balance for it. */
export function payoutFindings(payout: Payout, inBooks: InBooks): Finding[] {
  const { status, amount, currency, leftAt } = payout;
  const row = rowOf(payout);
  const isGone = status !== "failed" && status !== "canceled" && inBooks(leftAt);
  if (row === null || row.currency !== currency || row.amount === -amount || !isGone) return [];
  const detail = { provider_says: row.amount.toString(), we_say: (-amount).toString(), currency };
  return [{ kind: "payout_row_differs", detail }];
}
