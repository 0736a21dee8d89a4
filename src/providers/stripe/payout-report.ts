import { exponentOf } from "../../domain/money.ts";
import { parseInstant, toUnixMilliseconds } from "../../domain/time.ts";
import { readDecimalAmount } from "../decimal-amount.ts";
import { bodyOf } from "../own-key.ts";
import type { ReportFormat, ReportRow, RowReading } from "../report.ts";
import { isName } from "../text.ts";

/** Reporting categories that settle a payment or a refund, and what Stripe's API calls such a row. */
const settling: ReadonlyMap<string, string> = new Map([
  ["charge", "charge"],
  ["refund", "refund"],
]);

/** All others that Stripe documents: money that no charge is folded from. A dispute lists its own rows. */
const known: ReadonlySet<string> = new Set(
  (
    "advance advance_funding anticipation_repayment charge_failure climate_order_purchase climate_order_refund " +
    "connect_collection_transfer connect_reserved_funds contribution dispute dispute_reversal fee financing_paydown " +
    "financing_paydown_reversal financing_payout financing_payout_reversal issuing_authorization_hold " +
    "issuing_authorization_release issuing_disbursement issuing_dispute issuing_transaction minimum_balance_hold " +
    "minimum_balance_release network_cost obligation other_adjustment partial_capture_reversal payout payout_reversal " +
    "platform_earning platform_earning_refund refund_failure risk_reserved_funds tax topup topup_reversal transfer " +
    "transfer_reversal unreconciled_customer_funds"
  ).split(" "),
);

/** Stripe's payout reconciliation, itemised: one row for each balance transaction, in major units. */
export const stripePayoutReport: ReportFormat = {
  provider: "stripe",
  name: "payout_reconciliation",
  required: [
    "balance_transaction_id",
    "created_utc",
    "currency",
    "gross",
    "fee",
    "net",
    "reporting_category",
    "source_id",
  ],
  optional: (
    "automatic_payout_id automatic_payout_effective_at automatic_payout_effective_at_utc created available_on " +
    "available_on_utc description customer_facing_amount customer_facing_currency customer_id customer_email " +
    "customer_name customer_description charge_id payment_intent_id charge_created charge_created_utc invoice_id " +
    "invoice_number subscription_id order_id payment_method_type card_brand card_funding card_country " +
    "statement_descriptor dispute_reason connected_account_id connected_account_name regulatory_tag trace_id " +
    "trace_id_status transfer_id"
  ).split(" "),
  readRow,
};

function readRow(row: ReportRow): RowReading {
  const { balance_transaction_id: id, source_id: source, reporting_category: category = "" } = row;
  const type = settling.get(category);
  if (type === undefined) {
    if (known.has(category)) return { kind: "excluded", reason: `not_booked_yet: ${category}` };
    return wrong("category_unknown", "reporting_category");
  }
  if (!isName(id)) return wrong("reference_invalid", "balance_transaction_id");
  if (!isName(source)) return wrong("reference_invalid", "source_id");
  const currency = (row.currency ?? "").toUpperCase();
  const exponent = exponentOf("stripe", currency);
  if (exponent === undefined) return wrong("currency_unknown", "currency");
  const created = secondsOf(row.created_utc ?? "");
  if (created === null) return wrong("time_invalid", "created_utc");
  const amounts = amountsOf(row, exponent);
  if ("reason" in amounts) return amounts;
  const { gross: amount, fee, net } = amounts;
  const object = {
    id,
    object: "balance_transaction",
    amount,
    created,
    currency: row.currency,
    fee,
    net,
    source,
    type,
  };
  const key = `row:payout_reconciliation:${id}`;
  const event = { id: key, object: "event", created, type: "balance_transaction.created", data: { object } };
  return { kind: "included", key, currency, body: bodyOf(event) };
}

interface Amounts {
  readonly gross: number;
  readonly fee: number;
  readonly net: number;
}

function amountsOf(row: ReportRow, exponent: number): Amounts | Extract<RowReading, { kind: "error" }> {
  const amounts: Record<keyof Amounts, number> = { gross: 0, fee: 0, net: 0 };
  for (const column of ["gross", "fee", "net"] as const) {
    const amount = readDecimalAmount(row[column] ?? "", exponent);
    if (typeof amount === "string") return wrong(amount, column);
    if (!Number.isSafeInteger(Number(amount))) return wrong("amount_out_of_range", column);
    amounts[column] = Number(amount);
  }
  if (amounts.net !== amounts.gross - amounts.fee) return wrong("net_differs", "net");
  return amounts;
}

/** `2026-01-31 09:30:00` in UTC; the column without `_utc` is in a zone that the report does not name. */
function secondsOf(text: string): number | null {
  const instant = parseInstant(`${text.trim().replace(" ", "T")}Z`);
  return instant === undefined ? null : Math.floor(toUnixMilliseconds(instant) / 1_000);
}

const wrong = (code: string, column: string) => ({ kind: "error", reason: `${code}: ${column}` }) as const;
