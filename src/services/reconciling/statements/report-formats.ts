import { paddleAdjustments } from "../../../providers/paddle/reports/adjustments.ts";
import { paddlePayoutReconciliation } from "../../../providers/paddle/reports/payout-reconciliation.ts";
import { paddleTransactions } from "../../../providers/paddle/reports/transactions.ts";
import type { ReportFormat } from "../../../providers/report.ts";
import { stripeBalanceSummary } from "../../../providers/stripe/reports/balance-summary.ts";
import { stripePayoutReconciliation } from "../../../providers/stripe/reports/payout-reconciliation.ts";

export type { ReportFormat };

/** Every report that can be imported. */
export const reportFormats: readonly ReportFormat[] = [
  stripePayoutReconciliation,
  stripeBalanceSummary,
  paddlePayoutReconciliation,
  paddleTransactions,
  paddleAdjustments,
];
