import { parseInstant } from "../../src/domain/time.ts";
import {
  paddleAdjustments,
  paddlePayoutReconciliation,
  paddleTransactions,
} from "../../src/providers/paddle/reports.ts";
import type { ReportFormat, RowReading, SentRow } from "../../src/providers/report.ts";
import { stripeBalanceSummary, stripePayoutReconciliation } from "../../src/providers/stripe/reports.ts";

const at = (text: string) => parseInstant(text) ?? null;
const october = { from: at("2026-10-01T00:00:00Z"), to: at("2026-11-01T00:00:00Z") };
const read = (format: ReportFormat, row: SentRow): RowReading => format.readRow(row, october);

const stripeCharge: SentRow = {
  automatic_payout_id: "po_1",
  balance_transaction_id: "txn_1",
  created_utc: "2026-10-02 09:30:00",
  currency: "usd",
  gross: "19.99",
  fee: "0.88",
  net: "19.11",
  reporting_category: "charge",
  source_id: "ch_1",
};

const paddleSale: SentRow = {
  remittance_reference: "PADDLE-REM-1",
  transaction_id: "txn_1",
  adjustment_id: "",
  balance_movement_type: "sale",
  balance_movement_date: "2026-10-02T09:30:00Z",
  balance_currency: "USD",
  gross_in_balance_currency: "19.99",
  tax_in_balance_currency: "3.33",
  paddle_fee_in_balance_currency: "1.20",
  fx_fee_in_balance_currency: "0.30",
  chargeback_fee_in_balance_currency: "",
  balance_movement_in_balance_currency: "15.16",
};

const paddleTransaction: SentRow = {
  transaction_id: "txn_1",
  status: "completed",
  currency_code: "USD",
  created_at: "2026-10-02T09:30:00.123456Z",
  tax: "3.33",
  total: "19.99",
  grand_total: "4.99",
  fee: "",
};

const paddleRefund: SentRow = {
  adjustment_id: "adj_1",
  action: "refund",
  status: "pending_approval",
  currency_code: "JPY",
  created_at: "2026-10-02T09:30:00Z",
  tax: "100",
  total: "1100",
};

describe("a row is read in canonical words, its amounts in minor units", () => {
  test.each<[string, ReportFormat, SentRow, object]>([
    [
      "a payment in Stripe's payout reconciliation",
      stripePayoutReconciliation,
      stripeCharge,
      {
        key: "txn_1",
        kind: "balance",
        category: "charge",
        objectRef: "ch_1",
        gross: 1999n,
        fee: 88n,
        net: 1911n,
      },
    ],
    [
      "yen, which have no decimals",
      stripePayoutReconciliation,
      { ...stripeCharge, currency: "jpy", gross: "1999", fee: "88.00", net: "1911" },
      { currency: "JPY", gross: 1999n, fee: 88n, net: 1911n },
    ],
    [
      "dinars, which have three",
      stripePayoutReconciliation,
      { ...stripeCharge, currency: "kwd", gross: "19.99", fee: "0.880", net: "19.110" },
      { currency: "KWD", gross: 19990n, fee: 880n, net: 19110n },
    ],
    [
      "what Stripe keeps back, which is about no object",
      stripePayoutReconciliation,
      { ...stripeCharge, reporting_category: "risk_reserved_funds", source_id: "" },
      { category: "reserve", objectRef: null },
    ],
    [
      "the balance at the end of a period",
      stripeBalanceSummary,
      { category: "ending_balance", net_amount: "-12.00", currency: "eur" },
      { key: "closing:EUR", kind: "summary", category: "closing", at: october.to, gross: null, net: -1200n },
    ],
    [
      "a sale in Paddle's payout reconciliation, its fees in one sum",
      paddlePayoutReconciliation,
      paddleSale,
      {
        key: "txn_1",
        category: "charge",
        payoutRef: "PADDLE-REM-1",
        gross: 1999n,
        tax: 333n,
        fee: 150n,
        net: 1516n,
      },
    ],
    [
      "a refund there",
      paddlePayoutReconciliation,
      {
        ...paddleSale,
        adjustment_id: "adj_1",
        balance_movement_type: "refund",
        balance_movement_in_balance_currency: "-15.16",
      },
      { key: "adj_1", category: "refund", objectRef: "adj_1", net: -1516n },
    ],
    [
      "the same refund, undone: a row of its own",
      paddlePayoutReconciliation,
      { ...paddleSale, adjustment_id: "adj_1", balance_movement_type: "refund" },
      { key: "adj_1:undone", category: "refund_undone", objectRef: "adj_1", net: 1516n },
    ],
    [
      "a refund of tax alone, for which Paddle's fee comes back",
      paddlePayoutReconciliation,
      {
        ...paddleSale,
        adjustment_id: "adj_1",
        balance_movement_type: "refund",
        gross_in_balance_currency: "-3.33",
        tax_in_balance_currency: "-3.33",
        balance_movement_in_balance_currency: "0.25",
      },
      { key: "adj_1", category: "refund", objectRef: "adj_1", net: 25n },
    ],
    [
      "what a bank transfer cost, which is about no object",
      paddlePayoutReconciliation,
      {
        ...Object.fromEntries(Object.keys(paddleSale).map((column) => [column, ""])),
        remittance_reference: "PADDLE-REM-1",
        balance_movement_type: "swift_fee",
        balance_movement_date: "2026-10-02",
        balance_currency: "USD",
        balance_movement_in_balance_currency: "-15.00",
      },
      {
        key: "fee:PADDLE-REM-1:2026-10-02:-1500",
        category: "fee",
        objectRef: null,
        gross: null,
        fee: null,
        net: -1500n,
      },
    ],
    [
      "a transaction, what was asked for beside its total",
      paddleTransactions,
      paddleTransaction,
      { key: "txn_1", kind: "document", state: "paid", gross: 1999n, tax: 333n, net: 499n, fee: null },
    ],
    [
      "an adjustment that is not decided",
      paddleAdjustments,
      paddleRefund,
      {
        key: "adj_1",
        kind: "refund",
        category: "refund",
        state: "pending",
        currency: "JPY",
        gross: 1100n,
        tax: 100n,
      },
    ],
  ])("%s", (_, format, row, expected) => {
    expect(read(format, row)).toMatchObject({ kind: "included", row: expected });
  });
});

const stripe = (change: SentRow) => [stripePayoutReconciliation, { ...stripeCharge, ...change }] as const;
const paddle = (change: SentRow) => [paddlePayoutReconciliation, { ...paddleSale, ...change }] as const;

test.each<[string, readonly [ReportFormat, SentRow], string]>([
  ["a decimal comma", stripe({ gross: "19,99" }), "decimal_comma: gross"],
  ["a formula for an amount", stripe({ gross: "=19.99" }), "cell_formula: gross"],
  [
    "a formula for an id",
    stripe({ source_id: '=HYPERLINK("https://example.com")' }),
    "cell_formula: source_id",
  ],
  ["a part of a cent", stripe({ gross: "19.995" }), "amount_too_precise: gross"],
  ["an amount beyond 64 bits", stripe({ gross: "99999999999999999999.00" }), "amount_out_of_range: gross"],
  ["a net that is another", stripe({ net: "19.12" }), "net_differs: net"],
  ["an unknown category", stripe({ reporting_category: "windfall" }), "category_unknown: reporting_category"],
  ["an unknown currency", stripe({ currency: "xbt" }), "currency_unknown: currency"],
  ["half a time", stripe({ created_utc: "09:30:00" }), "time_invalid: created_utc"],
  ["no id", stripe({ balance_transaction_id: "" }), "reference_invalid: balance_transaction_id"],
  ["a payment that is not named", stripe({ source_id: "" }), "reference_invalid: source_id"],
  [
    "minor units, maybe, where major ones are expected",
    paddle({ gross_in_balance_currency: "1999" }),
    "amount_ambiguous: gross_in_balance_currency",
  ],
  [
    "an unknown movement",
    paddle({ balance_movement_type: "gift" }),
    "category_unknown: balance_movement_type",
  ],
  [
    "no amount",
    paddle({ balance_movement_in_balance_currency: "" }),
    "amount_invalid: balance_movement_in_balance_currency",
  ],
  [
    "an unknown status",
    [paddleTransactions, { ...paddleTransaction, status: "lost" }],
    "status_unknown: status",
  ],
  ["an unknown action", [paddleAdjustments, { ...paddleRefund, action: "gift" }], "category_unknown: action"],
  [
    "an unknown line",
    [stripeBalanceSummary, { category: "gift", net_amount: "1.00", currency: "usd" }],
    "category_unknown: category",
  ],
])("a row with %s is in error, and says in which column", (_, [format, row], reason) => {
  expect(read(format, row)).toMatchObject({ kind: "error", reason });
});

test("a row in error shows what could be read of it", () => {
  const [format, row] = stripe({ fee: "0,88" });
  expect(read(format, row).row).toMatchObject({ key: "txn_1", category: "charge", gross: 1999n, net: 1911n });
});

test("what a total of the balance summary is made of is kept, and not compared", () => {
  const row = { category: "activity_gross", net_amount: "5.00", currency: "usd" };
  expect(read(stripeBalanceSummary, row)).toMatchObject({ kind: "excluded", reason: "part_of_a_total" });
});

test.each([
  ["a payment", { reporting_category: "charge" }],
  ["a refund", { reporting_category: "refund" }],
  ["a dispute", { reporting_category: "dispute" }],
  ["a fee of Stripe's own", { reporting_category: "fee" }],
])("a row of %s tells the books", (_, change) => {
  const reading = read(...stripe(change));
  expect(reading.kind === "included" && reading.body !== null).toBe(true);
});
