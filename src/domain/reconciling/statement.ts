import type { Source, StatementId } from "../ids.ts";
import type { Amount } from "../money.ts";
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

export const statementRowKinds = [
  "document",
  "payment",
  "refund",
  "dispute",
  "credit",
  "balance",
  "payout",
  "customer_balance",
  "summary",
] as const;
export type StatementRowKind = (typeof statementRowKinds)[number];

/** One line of a provider's own report or list, in canonical words. `null`: it does not say. */
export interface StatementRow {
  /**
   * What names it at the provider: a balance row's id, an object's id; customer and currency of a customer's balance;
   * category and currency of a summary.
   */
  readonly key: string;
  readonly kind: StatementRowKind;
  /**
   * Of balance rows and summaries, in words of ours: charge, refund, refund_failure, dispute, dispute_reversal, credit, fee,
   * reserve, payout, payout_failure, tax, other…; of others their kind.
   */
  readonly category: string;
  /** The object that it settles, or is: `ch_…`, `re_…`, `txn_…`, `adj_…`. */
  readonly objectRef: string | null;
  readonly payoutRef: string | null;
  readonly customerRef: string | null;
  /** In canonical words, where it states one: a charge's status, a movement's, a payout's. */
  readonly state: string | null;
  /** The clock of its level: created (documents, movements, balance rows), arrival (payouts). */
  readonly at: Instant | null;
  readonly currency: string;
  /** Of a document its total, of a movement and a payout the amount, of a balance row the gross. In minor units of `currency`. */
  readonly gross: Amount | null;
  readonly fee: Amount | null;
  readonly tax: Amount | null;
  /** Of a document its grand total, of a balance row the net, of a customer's balance what the customer owns, of a summary its amount. */
  readonly net: Amount | null;
}

/** What became of one line, counted from 1: of a report the line of the file. Only what is included or excluded is whole. */
export type ReportRow =
  | { readonly line: number; readonly status: "included"; readonly reason: null; readonly row: StatementRow }
  | {
      readonly line: number;
      readonly status: "excluded";
      readonly reason: string;
      readonly row: StatementRow;
    }
  | {
      readonly line: number;
      readonly status: "error";
      readonly reason: string;
      /** As far as it could be read. */
      readonly row: Partial<StatementRow>;
    };
export const statementLineStatuses = ["included", "excluded", "error"] as const;
