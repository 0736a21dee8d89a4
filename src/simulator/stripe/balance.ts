import type { Instant } from "../../domain/time.ts";
import { portion } from "../../testing/written.ts";
import { type CurrencyCode, exchangeRate, payoutCurrency, toPayoutCurrency } from "../catalogue.ts";

/** One row of the company's balance with Stripe, in the currency it settles in. */
export interface BalanceRow {
  readonly id: string;
  readonly type:
    | "charge"
    | "refund"
    | "refund_failure"
    | "partial_capture_reversal"
    | "adjustment"
    | "payout"
    | "payout_failure"
    | AccountRowType;
  readonly category: string;
  /** What it settles; Stripe's own fees and reserves settle nothing. */
  readonly source: string | null;
  readonly description?: string;
  readonly createdAt: Instant;
  /** Before the fee; negative where money leaves. */
  readonly gross: bigint;
  readonly fee: bigint;
  /** What of the fee is tax that Stripe owes as the seller. */
  readonly withheldTax?: bigint;
  readonly rate: string | null;
}

/** What Stripe takes or holds back for itself. */
export type AccountRowType = "stripe_fee" | "network_cost" | "tax_fee" | "reserve_transaction";

/** 2.9 % and 30 cents of what a charge is worth when it is settled. */
export function chargeFee(amount: bigint, currency: CurrencyCode): bigint {
  return (toPayoutCurrency(amount, currency) * 29n) / 1000n + 30n;
}

/** The fee of a row; with it Stripe keeps the tax in the money of a sale of its own. */
export function withFee(
  fee: bigint,
  soldByStripe: { readonly gross: bigint; readonly tax: bigint; readonly amount: bigint } | null,
): Pick<BalanceRow, "fee" | "withheldTax"> {
  if (soldByStripe === null) return { fee };
  const { gross, tax, amount } = soldByStripe;
  const withheldTax = portion(gross, tax, amount);
  return { fee: fee + withheldTax, withheldTax };
}

export function rateOf(currency: CurrencyCode): string | null {
  return currency === payoutCurrency ? null : exchangeRate(currency);
}
