import { ReportCells, readingOf } from "../../kit/report-cells.ts";
import type { ReportFormat, RowReading, SentRow } from "../../report.ts";
import { adjustmentActions, adjustmentStates } from "../states.ts";
import { optionalPaddleAmount, paddleAmount } from "./amounts.ts";

/** Paddle's report of adjustments. Column headings mirror the fields of its API; docs/reports.md says what is assumed. */
export const paddleAdjustments: ReportFormat = {
  provider: "paddle",
  name: "adjustments",
  required: ["adjustment_id", "action", "status", "currency_code", "created_at", "tax", "total"],
  optional: (
    "transaction_id customer_id customer_email address_id country country_code business_id business_name reason type " +
    "subscription_id credit_applied_to_balance updated_at subtotal fee retained_fee earnings exchange_rate " +
    "balance_currency_code balance_currency_subtotal balance_currency_tax balance_currency_total balance_currency_fee " +
    "balance_currency_retained_fee balance_currency_earnings balance_currency_chargeback_fee chargeback_fee"
  ).split(" "),
  otherNames: { id: "adjustment_id", currency: "currency_code" },
  needsPeriod: false,
  mixesCurrencies: true,
  readRow,
};

function readRow(sent: SentRow): RowReading {
  const cells = new ReportCells("paddle", sent);
  const key = cells.reference("adjustment_id");
  const action = cells.word("action", adjustmentActions, "category_unknown");
  const currency = cells.currency("currency_code");
  return readingOf(cells, {
    key,
    kind: action?.kind ?? null,
    category: action?.category ?? null,
    objectRef: key,
    payoutRef: null,
    customerRef: cells.optionalReference("customer_id"),
    state: cells.word("status", adjustmentStates, "status_unknown"),
    at: cells.time("created_at"),
    currency,
    gross: paddleAmount(cells, "total", currency),
    fee: optionalPaddleAmount(cells, "fee", currency),
    tax: paddleAmount(cells, "tax", currency),
    net: optionalPaddleAmount(cells, "earnings", currency),
  });
}
