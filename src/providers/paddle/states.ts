import type { StatementRowKind } from "../../domain/reconciling/statement-row.ts";

/** Paddle's words for how far a transaction is, as the status of a charge; for statements, not for facts. */
export const transactionStates: ReadonlyMap<string, string> = new Map([
  ["draft", "draft"],
  ["ready", "draft"],
  ["billed", "open"],
  ["past_due", "past_due"],
  ["canceled", "void"],
  ["paid", "paid"],
  ["completed", "paid"],
]);

export const adjustmentStates: ReadonlyMap<string, string> = new Map([
  ["pending_approval", "pending"],
  ["approved", "approved"],
  ["rejected", "rejected"],
  ["reversed", "reversed"],
]);

interface Action {
  readonly kind: StatementRowKind;
  /** The movement's own kind; a warning is told apart. */
  readonly category: string;
}

export const adjustmentActions: ReadonlyMap<string, Action> = new Map([
  ["refund", { kind: "refund", category: "refund" }],
  ["credit", { kind: "credit", category: "credit" }],
  ["credit_reverse", { kind: "credit", category: "credit_reversal" }],
  ["chargeback", { kind: "dispute", category: "dispute" }],
  ["chargeback_reverse", { kind: "dispute", category: "dispute_reversal" }],
  ["chargeback_warning", { kind: "dispute", category: "dispute_warning" }],
  ["chargeback_warning_reverse", { kind: "dispute", category: "dispute_warning_reversal" }],
]);
