import type { StatementPeriod, StatementRow } from "../../domain/reconciling/statement.ts";
import { type Instant, toUnixMilliseconds } from "../../domain/time.ts";
import { bodyOf } from "../kit/listed-rows.ts";
import { ReportCells, readingOf } from "../kit/report-cells.ts";
import type { ReportFormat, RowReading, SentRow } from "../report.ts";
import { balanceCategories } from "./balance-transaction.ts";
import { openingBalanceBody } from "./transfers.ts";

/** What the two totals of a period are made of. */
const parts: readonly string[] = ["activity_gross", "activity_fee", "payouts_gross", "payouts_fee"];

/** Its lines in our words. */
const lines: ReadonlyMap<string, string> = new Map([
  ["starting_balance", "opening"],
  ["activity", "activity"],
  ["payouts", "payouts"],
  ["ending_balance", "closing"],
  ...parts.map((part) => [part, part] as const),
]);

/** Stripe's balance summary: what it owed us at both ends of a period, and what came and went between. */
export const stripeBalanceSummary: ReportFormat = {
  provider: "stripe",
  name: "balance_summary",
  required: ["category", "net_amount", "currency"],
  optional: ["description"],
  otherNames: {},
  needsPeriod: true,
  mixesCurrencies: true,
  readRow: summaryRow,
};

function summaryRow(sent: SentRow, period: StatementPeriod): RowReading {
  const cells = new ReportCells("stripe", sent);
  const category = cells.word("category", lines, "category_unknown");
  const currency = cells.currency("currency");
  const reading = readingOf(cells, {
    key: category === null || currency === null ? null : `${category}:${currency}`,
    kind: "summary",
    category,
    objectRef: null,
    payoutRef: null,
    customerRef: null,
    state: null,
    at: momentOf(category, period),
    currency,
    gross: null,
    fee: null,
    tax: null,
    net: cells.amount("net_amount", currency),
  });
  const isPart = reading.kind === "included" && parts.includes(reading.row.category);
  const opens = reading.kind === "included" && reading.row.category === "opening";
  if (opens) return { ...reading, body: openingOf(reading.row) };
  return isPart ? { kind: "excluded", row: reading.row, reason: "part_of_a_total" } : reading;
}

/** Books that begin with this period have it as their opening. */
function openingOf({ at, currency, net }: StatementRow): Uint8Array | null {
  if (at === null || net === null) return null;
  return openingBalanceBody({ at, currency, amount: net, evidence: "stated" });
}

/** Of a balance; what came and went has a whole period. */
function momentOf(category: string | null, { from, to }: StatementPeriod): Instant | null {
  if (category === "opening") return from;
  return category === "closing" ? to : null;
}

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
  readRow: payoutRow,
};

/** What it settles must be named. */
const settles = (category: string | null): boolean => category === "charge" || category === "refund";

function payoutRow(sent: SentRow): RowReading {
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
