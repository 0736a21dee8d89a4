import { accounts } from "./accounts.ts";
import { compareStamps, type PayoutFact } from "./facts.ts";
import { type ObjectKey, type PayoutId, payoutId } from "./ids.ts";
import { Balances } from "./journal.ts";
import type { Amount } from "./money.ts";
import type { Instant } from "./time.ts";

/** Money the provider sends to our bank: the fold of its facts. */
export interface Payout {
  readonly id: PayoutId;
  readonly key: ObjectKey;
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

export function foldPayout(key: ObjectKey, facts: readonly PayoutFact[]): Payout {
  const ordered = facts.toSorted(
    (a, b) => ranks[a.status] - ranks[b.status] || compareStamps(a.stamp, b.stamp),
  );
  const latest = ordered.at(-1);
  if (latest === undefined) throw new Error("A payout cannot be folded from no facts.");
  return {
    id: payoutId(key),
    key,
    status: latest.status,
    amount: latest.amount,
    currency: latest.currency,
    remittanceRef: ordered.findLast((fact) => fact.remittanceRef !== null)?.remittanceRef ?? null,
    statusChangedAt: (ordered.find((fact) => fact.status === latest.status) ?? latest).stamp.occurredAt,
  };
}

/** On its way it is in transit; once paid it is in the bank; one that failed never left the balance. */
export function bookPayout({ key, status, amount, currency }: Payout): Balances {
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
