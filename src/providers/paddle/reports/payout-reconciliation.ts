import { type Amount, sum } from "../../../domain/money.ts";
import type { StatementRow } from "../../../domain/reconciling/statement-row.ts";
import { ReportCells, readingOf } from "../../kit/report-cells.ts";
import type { ReportFormat, RowReading, SentRow } from "../../report.ts";
import { balanceMovement } from "../balance-movement.ts";
import { warningRowBody } from "../warning-row.ts";
import { optionalPaddleAmount, paddleAmount } from "./amounts.ts";

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
  readRow,
};

function readRow(sent: SentRow): RowReading {
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
