import type { Amount } from "../money.ts";
import type { Instant } from "../time.ts";

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
