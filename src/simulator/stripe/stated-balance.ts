import { balanceRowBody } from "../../testing/stripe/returned-body.ts";
import { type Restatement, restated, type StatedRow } from "../restatement.ts";
import type { StripeCompany, StripePayout } from "./company.ts";

/** A row of the balance as Stripe states it, and the payout that pays it: the first one after it, or itself. */
export interface StatedBalanceRow {
  readonly body: StatedRow;
  readonly payout: StripePayout | null;
}

export function statedBalance(
  { rows, payouts }: StripeCompany,
  restatements: readonly Restatement[],
): StatedBalanceRow[] {
  return rows.flatMap((row) => {
    const own = payouts.find((one) => one.row.id === row.id);
    const payout = own ?? payouts.find(({ createdAt }) => row.createdAt < createdAt) ?? null;
    const stated = restated(restatements, { provider: "stripe", list: "balance_transactions" }, [
      balanceRowBody(row) as StatedRow,
    ]);
    return stated.map((body) => ({ body, payout }));
  });
}
