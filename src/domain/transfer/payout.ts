import { accounts } from "../book/accounts.ts";
import { exchange } from "../book/book-exchange.ts";
import type { InBooks } from "../book/books-start.ts";
import { Balances } from "../book/journal.ts";
import type { Finding } from "../charge/finding.ts";
import { compareStamps } from "../facts/facts.ts";
import type { PayoutFact, PayoutRowFact, RowAmounts } from "../facts/transfer-facts.ts";
import { type ObjectKey, type PayoutId, payoutId } from "../ids.ts";
import { type Amount, minimum, sum } from "../money.ts";
import type { Instant } from "../time.ts";

/** Money the provider sends to our bank: the fold of its facts. */
export interface Payout {
  readonly kind: "payout";
  readonly id: PayoutId;
  readonly key: ObjectKey;
  readonly status: PayoutFact["status"];
  readonly amount: Amount;
  readonly currency: string;
  readonly remittanceRef: string | null;
  /** When it left the balance. */
  readonly leftAt: Instant;
  readonly statusChangedAt: Instant;
  /** The rows of the balance by which it left, and came back if it failed. */
  readonly rows: readonly PayoutRow[];
}

export interface PayoutRow extends RowAmounts {
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
  const back = rows.find((row) => isBack(row, told));
  const isBackAlready = told.status === "failed" || told.status === "canceled";
  return {
    kind: "payout",
    id: payoutId(key),
    key,
    ...told,
    ...(back === undefined || isBackAlready ? {} : { status: "failed", statusChangedAt: back.at }),
    leftAt: rows.map(({ at }) => at).reduce(minimum, told.leftAt),
    rows,
  };
}

type Told = Omit<Payout, "kind" | "id" | "key" | "rows">;

function foldTold(facts: readonly PayoutFact[]): Told {
  const ordered = facts.toSorted(
    (a, b) => ranks[a.status] - ranks[b.status] || compareStamps(a.stamp, b.stamp),
  );
  const latest = ordered.at(-1) as PayoutFact;
  return {
    status: latest.status,
    amount: latest.amount,
    currency: latest.currency,
    remittanceRef: ordered.findLast((fact) => fact.remittanceRef !== null)?.remittanceRef ?? null,
    leftAt: ordered.map((fact) => fact.createdAt ?? fact.stamp.occurredAt).reduce(minimum),
    statusChangedAt: (ordered.find((fact) => fact.status === latest.status) ?? latest).stamp.occurredAt,
  };
}

function toldByRows(rows: readonly PayoutRow[]): Told {
  const { currency, gross, at } = rows[0] as PayoutRow;
  return {
    status: "in_transit",
    amount: -gross,
    currency,
    remittanceRef: null,
    leftAt: at,
    statusChangedAt: at,
  };
}

function foldRows(facts: readonly PayoutRowFact[]): PayoutRow[] {
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
 * On its way it is in transit; once paid it is in the bank; one that failed never left the balance. What the provider takes
 * for it (for an instant payout) is a fee, and stays one where the payout fails, unless a row gives it back.
 */
export function bookPayout(payout: Payout, inBooks: InBooks): Balances {
  if (!inBooks(payout.leftAt)) return bookEarlier(payout, inBooks);
  const { key, status, amount, currency, rows } = payout;
  const target = new Balances();
  bookFees(target, key, rows);
  switch (status) {
    case "failed":
    case "canceled":
      return target;
    case "pending":
    case "in_transit":
      return bookLeaving(target.add(accounts.inTransit(key), currency, amount), payout);
    case "paid":
      return bookLeaving(target.add(accounts.bank, currency, amount), payout);
    default:
      return status satisfies never;
  }
}

function bookFees(target: Balances, key: ObjectKey, rows: readonly PayoutRow[]): void {
  for (const { currency, fee } of rows) {
    target.add(accounts.fees(key), currency, fee);
    target.add(accounts.balance(key), currency, -fee);
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
function bookEarlier(payout: Payout, inBooks: InBooks): Balances {
  const target = new Balances();
  const { key, status, amount, currency, statusChangedAt } = payout;
  const cameBack = (status === "failed" || status === "canceled") && inBooks(statusChangedAt);
  if (!cameBack) return target;
  bookFees(
    target,
    key,
    payout.rows.filter(({ at }) => inBooks(at)),
  );
  return target
    .add(accounts.balance(key), currency, amount)
    .add(accounts.providerOpening(key), currency, -amount);
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
