import { days } from "../calendar.ts";
import type { World } from "../world.ts";
import { paddleAdjustments } from "./paddle-adjustments.ts";
import { paddlePayoutReconciliation } from "./paddle-payout-reconciliation.ts";
import { paddleTransactions } from "./paddle-transactions.ts";
import type { Report, ReportWindow } from "./report.ts";
import { stripeBalanceSummary } from "./stripe-balance-summary.ts";
import { stripePayoutReconciliation } from "./stripe-payout-reconciliation.ts";

/** From the beginning to the world's last word: what has begun goes on for some weeks after its end. */
export function wholeTime({ beginsAt, emissions }: World): ReportWindow {
  return { from: beginsAt, to: (emissions.at(-1)?.at ?? beginsAt) + days(1) };
}

/** Every report that finance can download from the two providers, over a window. */
export function reportsOf(world: World, window: ReportWindow): Report[] {
  return [
    {
      provider: "stripe",
      format: "payout_reconciliation",
      csv: stripePayoutReconciliation(world, window),
    },
    { provider: "stripe", format: "balance_summary", csv: stripeBalanceSummary(world, window) },
    {
      provider: "paddle",
      format: "payout_reconciliation",
      csv: paddlePayoutReconciliation(world, window),
    },
    { provider: "paddle", format: "transactions", csv: paddleTransactions(world, window) },
    { provider: "paddle", format: "adjustments", csv: paddleAdjustments(world, window) },
  ];
}
