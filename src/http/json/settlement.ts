import type { Settled } from "../../domain/book/settled.ts";
import { amount, nullableAmount } from "./values.ts";

/** Of a charge or of a movement: what leaves our balance is negative, so that the sum of all is what the ledger holds. */
export function settlementJson(settled: Settled | null) {
  if (settled === null) return null;
  return {
    currency: settled.currency,
    gross: amount(settled.gross),
    tax: nullableAmount(settled.tax),
    fee: nullableAmount(settled.fee),
    fx_fee: nullableAmount(settled.fxFee),
    retained_fee: nullableAmount(settled.retainedFee),
    dispute_fee: nullableAmount(settled.disputeFee),
    net: nullableAmount(settled.net),
    exchange_rate: settled.exchangeRate,
    payout_ref: null,
  };
}
