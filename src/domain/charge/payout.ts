import { accounts } from "../book/accounts.ts";
import { Balances } from "../book/journal.ts";
import { type CustomerCashFact, compareStamps, type PayoutFact, type TransferFact } from "../facts/facts.ts";
import { type ObjectKey, type PayoutId, payoutId } from "../ids.ts";
import type { Amount } from "../money.ts";
import type { Instant } from "../time.ts";

/** Money the provider sends to our bank, or cash that a customer keeps at the provider: the fold of its facts. */
export interface Payout {
  readonly id: PayoutId;
  readonly key: ObjectKey;
  /** Whose cash it is; `null` of a payout. */
  readonly customerRef: string | null;
  readonly status: PayoutFact["status"];
  readonly amount: Amount;
  readonly currency: string;
  readonly remittanceRef: string | null;
  readonly statusChangedAt: Instant;
}

/** A payout that was paid can still fail: the bank sends it back. */
const ranks: Record<PayoutFact["status"], number> = {
  pending: 0,
  in_transit: 0,
  paid: 1,
  failed: 2,
  canceled: 2,
};

export function foldPayout(key: ObjectKey, facts: readonly TransferFact[]): Payout {
  const cash = facts.find((fact) => fact.kind === "customer_cash");
  if (cash !== undefined) return foldCash(key, cash);
  const payouts = facts.filter((fact) => fact.kind === "payout");
  const ordered = payouts.toSorted(
    (a, b) => ranks[a.status] - ranks[b.status] || compareStamps(a.stamp, b.stamp),
  );
  const latest = ordered.at(-1);
  if (latest === undefined) throw new Error("A payout cannot be folded from no facts.");
  return {
    id: payoutId(key),
    key,
    customerRef: null,
    status: latest.status,
    amount: latest.amount,
    currency: latest.currency,
    remittanceRef: ordered.findLast((fact) => fact.remittanceRef !== null)?.remittanceRef ?? null,
    statusChangedAt: (ordered.find((fact) => fact.status === latest.status) ?? latest).stamp.occurredAt,
  };
}

function foldCash(key: ObjectKey, { customerRef, amount, currency, stamp }: CustomerCashFact): Payout {
  const statusChangedAt = stamp.occurredAt;
  return {
    id: payoutId(key),
    key,
    customerRef,
    status: "paid",
    amount,
    currency,
    remittanceRef: null,
    statusChangedAt,
  };
}

/**
 * Cash that came in is the customer's, and waits at the provider as what is collected does. Once it pays for a document,
 * that books what it collected, and this is its other side.
 */
function bookCash(customerRef: string, { key, amount, currency }: Payout): Balances {
  return new Balances()
    .add(accounts.unsettled(key), currency, amount)
    .add(accounts.customerCash(key, customerRef), currency, -amount);
}

/** On its way it is in transit; once paid it is in the bank; one that failed never left the balance. */
export function bookPayout(payout: Payout): Balances {
  const { key, status, amount, currency, customerRef } = payout;
  if (customerRef !== null) return bookCash(customerRef, payout);
  const target = new Balances();
  switch (status) {
    case "failed":
    case "canceled":
      return target;
    case "pending":
    case "in_transit":
      return target
        .add(accounts.inTransit(key), currency, amount)
        .add(accounts.balance(key), currency, -amount);
    case "paid":
      return target.add(accounts.bank, currency, amount).add(accounts.balance(key), currency, -amount);
    default:
      return status satisfies never;
  }
}
