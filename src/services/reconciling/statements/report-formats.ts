import {
  paddleAdjustments,
  paddlePayoutReconciliation,
  paddleTransactions,
} from "../../../providers/paddle/reports.ts";
import type { ReportFormat } from "../../../providers/report.ts";
import { stripeBalanceSummary, stripePayoutReconciliation } from "../../../providers/stripe/reports.ts";

export type { ReportFormat };

/** Every report that can be imported. */
export const reportFormats: readonly ReportFormat[] = [
  stripePayoutReconciliation,
  stripeBalanceSummary,
  paddlePayoutReconciliation,
  paddleTransactions,
  paddleAdjustments,
];
