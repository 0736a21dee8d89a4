import type { OwnProvider } from "../../domain/ids.ts";
import type { Instant } from "../../domain/time.ts";

/** A file that finance downloads from a provider. */
export interface Report {
  readonly provider: OwnProvider;
  /** As `tallyhook import --format` names it. */
  readonly format: "payout_reconciliation" | "balance_summary" | "transactions" | "adjustments";
  readonly csv: string;
}

/** Half-open; each report has a clock of its own. */
export interface ReportWindow {
  readonly from: Instant;
  readonly to: Instant;
}

export function isWithin(at: Instant, { from, to }: ReportWindow): boolean {
  return at >= from && at < to;
}
