import type { Source, StatementId } from "../ids.ts";
import type { Instant } from "../time.ts";

/** A report that was imported, or a list of the provider's that was read anew for comparing. Its rows are kept with it. */
export interface ProviderReport extends Source {
  readonly id: StatementId;
  /** A format of reports, or the name of a list. */
  readonly format: string;
  readonly origin: StatementOrigin;
  /** `refused`: nothing of it could be read. `incomplete`: it could be read only so far. */
  readonly status: StatementStatus;
  readonly problem: StatementProblem | null;
  readonly warnings: readonly string[];
  readonly covered: StatementPeriod;
  readonly counts: StatementCounts;
  readonly createdAt: Instant;
  readonly finishedAt: Instant | null;
  /** When a person said that nothing is to be done about it, and why; `null`: nobody has. */
  readonly dismissedAt: Instant | null;
  readonly dismissedReason: string | null;
}

/** What a person says of a statement. */
export type StatementMark = Pick<ProviderReport, "id" | "dismissedAt" | "dismissedReason">;

/** What could be read whole, or still is, needs no word of anybody's. */
export const isReportDismissible = ({ status }: Pick<ProviderReport, "status">): boolean =>
  status === "refused" || status === "incomplete";

export const statementOrigins = ["import", "list"] as const;
export type StatementOrigin = (typeof statementOrigins)[number];
export const statementStatuses = ["running", "complete", "incomplete", "refused"] as const;
export type StatementStatus = (typeof statementStatuses)[number];

export interface StatementProblem {
  readonly code: string;
  readonly detail: string;
}

/** What the listing asked for, or whoever imported it says that it covers. Half-open; `null`: without an end on this side, or not said. */
export interface StatementPeriod {
  readonly from: Instant | null;
  readonly to: Instant | null;
}

export interface StatementCounts {
  readonly included: number;
  readonly excluded: number;
  readonly inError: number;
  /** Of the included ones, those that told the books something. */
  readonly news: number;
}
