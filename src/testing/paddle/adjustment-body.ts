import type { Instant } from "../../domain/time.ts";
import { type Json, rfc3339 } from "../written.ts";
import type { ShownTransaction, Totals } from "./transaction-body.ts";

export interface AdjustmentTotals {
  readonly subtotal: bigint;
  readonly tax: bigint;
  readonly total: bigint;
  readonly fee: bigint;
  readonly retainedFee: bigint;
  readonly earnings: bigint;
}

export interface ShownItem {
  readonly id: string;
  readonly line: { readonly id: string };
  readonly type: string;
  readonly tax: bigint;
  readonly total: bigint;
}

/** What is shown of an adjustment: its figures agree. */
export interface ShownAdjustment {
  readonly terms: {
    readonly id: string;
    readonly action: string;
    readonly transaction: {
      readonly terms: Pick<ShownTransaction["terms"], "id" | "customerRef" | "currency">;
      readonly totals: Totals;
      readonly subscriptionRef: string | null;
    };
    readonly createdAt: Instant;
    readonly reason: string;
    readonly items: readonly ShownItem[];
    /** Of a credit: whether the customer's credit balance gets it, or this unpaid document is lowered by it. */
    readonly toBalance: boolean | null;
    /** In the payout currency. */
    readonly disputeFee: bigint;
  };
  readonly totals: AdjustmentTotals;
  readonly settled: AdjustmentTotals;
  readonly status: string;
  readonly updatedAt: Instant | null;
}

/** The adjustment as Paddle's API and webhooks show it at this moment. */
export function adjustmentBody(adjustment: ShownAdjustment, payoutCurrency: string): Json {
  const { terms, totals, settled, status, updatedAt } = adjustment;
  const { transaction } = terms;
  const isDispute = terms.action === "chargeback" || terms.action === "chargeback_warning";
  return {
    id: terms.id,
    type: totals.total === transaction.totals.total ? "full" : "partial",
    items: terms.items.map(itemBody),
    action: terms.action,
    reason: terms.reason,
    status,
    totals: totalsBody(totals, transaction.terms.currency),
    created_at: rfc3339(terms.createdAt),
    updated_at: updatedAt === null ? "0001-01-01T00:00:00Z" : rfc3339(updatedAt),
    customer_id: transaction.terms.customerRef,
    currency_code: transaction.terms.currency,
    payout_totals: {
      ...totalsBody(settled, payoutCurrency),
      ...(isDispute ? { chargeback_fee: { amount: terms.disputeFee.toString(), original: null } } : {}),
    },
    transaction_id: transaction.terms.id,
    subscription_id: transaction.subscriptionRef,
    credit_applied_to_balance: terms.toBalance,
    tax_rates_used: [],
  };
}

function itemBody({ id, line, type, tax, total }: ShownItem): Json {
  return {
    id,
    type,
    amount: total.toString(),
    totals: { subtotal: (total - tax).toString(), tax: tax.toString(), total: total.toString() },
    item_id: line.id,
    proration: null,
  };
}

function totalsBody(totals: AdjustmentTotals, currency: string): Record<string, Json> {
  return {
    subtotal: totals.subtotal.toString(),
    tax: totals.tax.toString(),
    total: totals.total.toString(),
    fee: totals.fee.toString(),
    retained_fee: totals.retainedFee.toString(),
    earnings: totals.earnings.toString(),
    currency_code: currency,
  };
}
