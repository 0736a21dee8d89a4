import type { StatementRow } from "../../../domain/reconciling/statement-row.ts";
import { toUnixMilliseconds } from "../../../domain/time.ts";
import { bodyOf } from "../../kit/own-key.ts";
import { ReportCells, readingOf } from "../../kit/report-cells.ts";
import type { ReportFormat, RowReading, SentRow } from "../../report.ts";
import { balanceCategories } from "../balance-categories.ts";

/** Stripe's payout reconciliation, itemised: one row for each balance transaction, in major units. */
export const stripePayoutReconciliation: ReportFormat = {
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
  otherNames: {},
  needsPeriod: false,
  mixesCurrencies: false,
  readRow,
};

/** What it settles must be named. */
const settles = (category: string | null): boolean => category === "charge" || category === "refund";

function readRow(sent: SentRow): RowReading {
  const cells = new ReportCells("stripe", sent);
  const category = cells.word("reporting_category", balanceCategories, "category_unknown");
  const currency = cells.currency("currency");
  const row = {
    key: cells.reference("balance_transaction_id"),
    kind: "balance",
    category,
    // A fee of Stripe's own, a reserve and the like have none.
    objectRef: settles(category) ? cells.reference("source_id") : cells.optionalReference("source_id"),
    payoutRef: cells.optionalReference("automatic_payout_id"),
    customerRef: cells.optionalReference("customer_id"),
    state: null,
    // The column without `_utc` is in a zone that the report does not name.
    at: cells.time("created_utc"),
    currency,
    gross: cells.amount("gross", currency),
    fee: cells.amount("fee", currency),
    tax: null,
    net: cells.amount("net", currency),
  } as const;
  if (row.gross !== null && row.fee !== null && row.net !== null && row.net !== row.gross - row.fee)
    cells.refuse("net_differs", "net");
  if (![row.gross, row.fee, row.net].every(isSafe)) cells.refuse("amount_out_of_range", "gross");
  const chargeRef = cells.optionalReference("charge_id");
  return readingOf(cells, row, (whole) => told(whole, (sent.reporting_category ?? "").trim(), chargeRef));
}

/** The row as Stripe's API would have listed it: what it is about is decided in one place. */
function told(
  { key, objectRef, at, currency, gross, fee, net }: StatementRow,
  category: string,
  chargeRef: string | null,
): Uint8Array {
  const created = Math.floor(toUnixMilliseconds(at ?? 0n) / 1_000);
  const object = {
    id: key,
    object: "balance_transaction",
    amount: Number(gross),
    created,
    currency: currency.toLowerCase(),
    fee: Number(fee),
    net: Number(net),
    reporting_category: category,
    source: objectRef,
    ...(chargeRef === null ? {} : { charge: chargeRef }),
  };
  const id = `row:payout_reconciliation:${key}`;
  return bodyOf({ id, object: "event", created, type: "balance_transaction.created", data: { object } });
}

/** Stripe's own API could not tell it otherwise. */
const isSafe = (amount: bigint | null): boolean => amount === null || Number.isSafeInteger(Number(amount));
