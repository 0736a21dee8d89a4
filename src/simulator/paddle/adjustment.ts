import type { Instant } from "../../domain/time.ts";
import { portion, split } from "../../testing/written.ts";
import { type CurrencyCode, toPayoutCurrency } from "../catalogue.ts";
import type { Line } from "./line.ts";
import type { Transaction } from "./transaction.ts";

export type Action =
  | "refund"
  | "credit"
  | "credit_reverse"
  | "chargeback"
  | "chargeback_reverse"
  | "chargeback_warning"
  | "chargeback_warning_reverse";
export type AdjustmentStatus = "pending_approval" | "approved" | "rejected" | "reversed";

export interface AdjustmentItem {
  readonly id: string;
  readonly line: Line;
  readonly type: "full" | "partial" | "tax" | "proration";
  readonly tax: bigint;
  readonly total: bigint;
}

export interface AdjustmentTerms {
  readonly id: string;
  readonly action: Action;
  readonly transaction: Transaction;
  readonly createdAt: Instant;
  readonly reason: string;
  readonly items: readonly AdjustmentItem[];
  /** Of a credit: whether the customer's credit balance gets it, or this unpaid document is lowered by it. */
  readonly toBalance: boolean | null;
  /** What Paddle keeps of its fee. */
  readonly retainedFee: bigint;
  /** In the payout currency. */
  readonly disputeFee: bigint;
}

export interface AdjustmentTotals {
  readonly subtotal: bigint;
  readonly tax: bigint;
  readonly total: bigint;
  readonly fee: bigint;
  readonly retainedFee: bigint;
  readonly earnings: bigint;
}

/** Money or credit that goes the other way on a transaction. */
export class Adjustment {
  readonly terms: AdjustmentTerms;
  readonly totals: AdjustmentTotals;
  readonly settled: AdjustmentTotals;
  status: AdjustmentStatus;
  updatedAt: Instant | null = null;

  constructor(terms: AdjustmentTerms, status: AdjustmentStatus) {
    this.terms = terms;
    this.status = status;
    this.totals = totalsOf(terms);
    this.settled = settledTotals(this.totals, terms.transaction.terms.currency);
  }

  get toBalance(): boolean | null {
    return this.terms.toBalance;
  }

  /** +1 for what leaves the company, −1 for what comes back to it. */
  get direction(): bigint {
    return this.terms.action.endsWith("_reverse") ? -1n : 1n;
  }

  get isWarning(): boolean {
    return this.terms.action.startsWith("chargeback_warning");
  }

  get isCash(): boolean {
    return !this.isWarning && !this.terms.action.startsWith("credit");
  }

  /** Whether money or credit has moved; a refund only once Paddle approved it. */
  get isEffective(): boolean {
    if (this.terms.action === "refund") return this.status === "approved";
    return this.status !== "rejected";
  }

  /** Also an open request keeps its money from being given back a second time. */
  get holdsCash(): boolean {
    return (
      this.isCash &&
      this.status !== "rejected" &&
      !(this.terms.action === "refund" && this.status === "reversed")
    );
  }

  /** What it takes out of the company's balance with Paddle. */
  get cost(): bigint {
    return this.direction * ((this.isWarning ? 0n : this.settled.earnings) + this.terms.disputeFee);
  }
}

/** An amount given back over the lines that were paid for, in proportion. */
export function spread(
  transaction: Transaction,
  amount: bigint,
  type: "partial" | "proration",
  newId: () => string,
): AdjustmentItem[] {
  const sold = transaction.terms.lines.filter((line) => line.totals.total > 0n);
  const parts = split(
    amount,
    sold.map((line) => line.totals.total),
  );
  return sold.flatMap((line, index) => {
    const total = parts[index] ?? 0n;
    if (total === 0n) return [];
    const whole = type === "partial" && total === line.totals.total;
    const tax = portion(line.totals.tax, total, line.totals.total);
    return [{ id: newId(), line, type: whole ? ("full" as const) : type, tax, total }];
  });
}

function totalsOf({ items, transaction, retainedFee }: AdjustmentTerms): AdjustmentTotals {
  const total = items.reduce((sum, item) => sum + item.total, 0n);
  const tax = items.reduce((sum, item) => sum + item.tax, 0n);
  const fee = portion(transaction.fee ?? 0n, total, transaction.totals.total);
  const kept = retainedFee < fee ? retainedFee : fee;
  const subtotal = total - tax;
  return { subtotal, tax, total, fee, retainedFee: kept, earnings: subtotal - (fee - kept) };
}

function settledTotals(totals: AdjustmentTotals, currency: CurrencyCode): AdjustmentTotals {
  const converted = (amount: bigint) => toPayoutCurrency(amount, currency);
  const [total, tax] = [converted(totals.total), converted(totals.tax)];
  const [fee, retainedFee] = [converted(totals.fee), converted(totals.retainedFee)];
  const subtotal = total - tax;
  return { subtotal, tax, total, fee, retainedFee, earnings: subtotal - (fee - retainedFee) };
}
