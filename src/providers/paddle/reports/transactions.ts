import { ReportCells, readingOf } from "../../kit/report-cells.ts";
import type { ReportFormat, RowReading, SentRow } from "../../report.ts";
import { transactionStates } from "../states.ts";
import { optionalPaddleAmount, paddleAmount } from "./amounts.ts";

/** Paddle's report of transactions. Column headings mirror the fields of its API; docs/reports.md says what is assumed. */
export const paddleTransactions: ReportFormat = {
  provider: "paddle",
  name: "transactions",
  required: ["transaction_id", "status", "currency_code", "created_at", "tax", "total", "grand_total"],
  optional: (
    "customer_id customer_email address_id country country_code business_id business_name price_ids discount_ids " +
    "subscription_id invoice_number invoice_id origin collection_mode updated_at billed_at subtotal discount credit " +
    "credit_to_balance balance fee earnings retained_fee exchange_rate fee_rate balance_currency_code " +
    "balance_currency_subtotal balance_currency_discount balance_currency_tax balance_currency_total " +
    "balance_currency_credit balance_currency_grand_total balance_currency_fee balance_currency_earnings"
  ).split(" "),
  otherNames: { id: "transaction_id", currency: "currency_code" },
  needsPeriod: false,
  mixesCurrencies: true,
  readRow,
};

function readRow(sent: SentRow): RowReading {
  const cells = new ReportCells("paddle", sent);
  const key = cells.reference("transaction_id");
  const currency = cells.currency("currency_code");
  return readingOf(cells, {
    key,
    kind: "document",
    category: "document",
    objectRef: key,
    payoutRef: null,
    customerRef: cells.optionalReference("customer_id"),
    state: cells.word("status", transactionStates, "status_unknown"),
    at: cells.time("created_at"),
    currency,
    gross: paddleAmount(cells, "total", currency),
    fee: optionalPaddleAmount(cells, "fee", currency),
    tax: paddleAmount(cells, "tax", currency),
    net: paddleAmount(cells, "grand_total", currency),
  });
}
