import { type Amount, exponentOf, sum } from "../../domain/money.ts";
import type { StatementRow } from "../../domain/reconciling/statement.ts";
import { ReportCells, readingOf } from "../kit/report-cells.ts";
import type { ReportFormat, RowReading, SentRow } from "../report.ts";
import { adjustmentActions, adjustmentStates, transactionStates } from "./fields.ts";
import { balanceMovement, warningRowBody } from "./payout.ts";

/**
 * An amount of a report of Paddle's. Its API counts in minor units, and its reports are assumed to write major ones: an amount
 * that could be either is refused rather than read a hundred times too large.
 */
function paddleAmount(cells: ReportCells, column: string, currency: string | null): Amount | null {
  const amount = cells.amount(column, currency);
  const decimals = currency === null ? 0 : (exponentOf("paddle", currency) ?? 0);
  if (amount === null || amount === 0n || decimals === 0 || cells.hasDecimals(column)) return amount;
  return cells.refuse("amount_ambiguous", column);
}

/** The same, where an empty cell says nothing. */
function optionalPaddleAmount(cells: ReportCells, column: string, currency: string | null): Amount | null {
  return cells.isEmpty(column) ? null : paddleAmount(cells, column, currency);
}

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
  readRow: transactionRow,
};

function transactionRow(sent: SentRow): RowReading {
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
  readRow: adjustmentRow,
};

function adjustmentRow(sent: SentRow): RowReading {
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

interface MovementType {
  readonly category: string;
  /** What its row is about; what Paddle itself takes or gives is about nothing of ours. */
  readonly about: "transaction_id" | "adjustment_id" | null;
  /** Whether it takes from what Paddle owes us. */
  readonly takes: boolean;
}

const sale = { category: "charge", about: "transaction_id", takes: false } as const;
const adjusted = (category: string, takes: boolean): MovementType => {
  return { category, about: "adjustment_id", takes };
};

/** Source: Paddle's changelog, 2025-10-27 (the report) and 2026-05-27 (rebate, swift_fee). */
const types: ReadonlyMap<string, MovementType> = new Map([
  ["sale", sale],
  ["refund", adjusted("refund", true)],
  ["credit", adjusted("credit", true)],
  ["credit_reverse", adjusted("credit_reversal", false)],
  ["chargeback", adjusted("dispute", true)],
  ["chargeback_reverse", adjusted("dispute_reversal", false)],
  ["chargeback_warning", adjusted("dispute_warning", true)],
  ["chargeback_warning_reverse", adjusted("dispute_warning_reversal", false)],
  ["rebate", { category: "rebate", about: null, takes: false }],
  ["swift_fee", { category: "fee", about: null, takes: true }],
]);

const fees = ["paddle_fee", "fx_fee", "chargeback_fee", "retained_fee"].map(
  (name) => `${name}_in_balance_currency`,
);
const inBothCurrencies = "gross subtotal discount tax paddle_fee chargeback_fee retained_fee".split(" ");

/**
 * Paddle's payout reconciliation: everything that moved our balance with Paddle, with the payout that it went into. Their sum
 * over one remittance reference is the payout. docs/reports.md says which of its columns are known, and which are assumed.
 */
export const paddlePayoutReconciliation: ReportFormat = {
  provider: "paddle",
  name: "payout_reconciliation",
  required: [
    "remittance_reference",
    "transaction_id",
    "adjustment_id",
    "balance_movement_type",
    "balance_movement_date",
    "balance_currency",
    "gross_in_balance_currency",
    "tax_in_balance_currency",
    "paddle_fee_in_balance_currency",
    "balance_movement_in_balance_currency",
  ],
  optional: [
    ...inBothCurrencies.flatMap((name) => [`${name}_in_transaction_currency`, `${name}_in_balance_currency`]),
    ...(
      "fx_fee_in_balance_currency payout_rebates_and_fees_in_balance_currency balance_movement_in_transaction_currency " +
      "reason transaction_currency exchange_rate customer_id customer_email customer_name subscription_id invoice_number " +
      "invoice_entity country state zip_code postal_code product_id product_name price_id price_name quantity origin " +
      "billing_frequency tax_mode tax_rate status transaction_status transaction_created_at transaction_updated_at"
    ).split(" "),
  ],
  otherNames: {
    balance_currency_code: "balance_currency",
    transaction_currency_code: "transaction_currency",
    retained_fee: "retained_fee_in_balance_currency",
  },
  needsPeriod: false,
  mixesCurrencies: false,
  readRow: payoutRow,
};

function payoutRow(sent: SentRow): RowReading {
  const cells = new ReportCells("paddle", sent);
  const type = cells.word("balance_movement_type", types, "category_unknown");
  const currency = cells.currency("balance_currency");
  // Of what is about nothing of ours only the movement itself says something.
  const amount = (column: string) =>
    type !== null && type.about === null ? null : optionalPaddleAmount(cells, column, currency);
  const net = paddleAmount(cells, "balance_movement_in_balance_currency", currency);
  const [gross, tax] = [amount("gross_in_balance_currency"), amount("tax_in_balance_currency")];
  const isUndone = type !== null && type.about === "adjustment_id" && undoes(type, { gross, tax, net });
  const objectRef = type?.about == null ? null : cells.reference(type.about);
  const payoutRef = cells.optionalReference("remittance_reference");
  const date = sent.balance_movement_date ?? "";
  const row = {
    key: objectRef === null ? ownKey([type?.category, payoutRef, date, net]) : keyOf(objectRef, isUndone),
    kind: "balance",
    category: type === null ? null : `${type.category}${isUndone ? "_undone" : ""}`,
    objectRef,
    payoutRef,
    customerRef: cells.optionalReference("customer_id"),
    state: null,
    at: cells.time("balance_movement_date"),
    currency,
    gross,
    fee: totalOf(fees.map(amount)),
    tax,
    net,
  } as const;
  return readingOf(cells, row, (whole) => toldBy(whole, sent.transaction_id));
}

/** What only the report tells: what is about no object, and what an alert moved. */
function toldBy(row: StatementRow, transactionId = ""): Uint8Array | null {
  if (row.objectRef === null) return balanceMovement(row);
  return row.category === "dispute_warning" ? warningRowBody(row, transactionId.trim() || null) : null;
}

/** Columns that are empty say nothing; if all are, neither does their sum. */
function totalOf(amounts: readonly (Amount | null)[]): Amount | null {
  const said = amounts.filter((amount) => amount !== null);
  return said.length === 0 ? null : sum(said);
}

/**
 * A refund that was reversed afterwards comes back under the same id: a row of its own. Where tax alone is refunded nothing is
 * taken from us, and Paddle's fee for it comes back.
 */
function undoes({ takes }: MovementType, { gross, tax, net }: Moved): boolean {
  if (net === null) return false;
  const isTaxAlone = gross !== null && gross !== 0n && gross === tax;
  return takes !== isTaxAlone ? net > 0n : net < 0n;
}

interface Moved {
  readonly gross: Amount | null;
  readonly tax: Amount | null;
  readonly net: Amount | null;
}

const keyOf = (ref: string, isUndone: boolean): string => (isUndone ? `${ref}:undone` : ref);

/** What is about no object has no id either: it is named by all that is said of it. */
function ownKey(said: readonly unknown[]): string | null {
  return said.includes(undefined) || said.includes(null) ? null : said.join(":");
}
