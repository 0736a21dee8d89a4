import { parse } from "csv-parse/sync";
import { reportsOf, wholeTime } from "../../src/simulator/reports/reports.ts";
import { buildWorld } from "../../src/simulator/world.ts";

type Row = Readonly<Record<string, string>>;

const world = buildWorld({ customers: 60, months: 6, seed: "reports" });
const whole = wholeTime(world);
const read = (provider: string, format: string, window = whole): Row[] => {
  const report = reportsOf(world, window).find((one) => one.provider === provider && one.format === format);
  return parse(report?.csv ?? "", { columns: true });
};

/** Of a decimal that a report writes, so many decimals long. */
const minor = (text: string | undefined, decimals = 2): bigint => {
  expect(text).toMatch(decimals === 0 ? /^-?\d+$/ : new RegExp(`^-?\\d+\\.\\d{${decimals}}$`));
  return BigInt(String(text).replace(".", ""));
};
const sum = (rows: readonly Row[], column: string): bigint =>
  rows.reduce((total, row) => total + minor(row[column]), 0n);

describe("Stripe's payout reconciliation", () => {
  const rows = read("stripe", "payout_reconciliation");

  test("sums to every payout that arrived, each row once", () => {
    const arrived = world.stripe.payouts.filter(({ paidAt }) => paidAt < whole.to);
    expect(arrived.length).toBeGreaterThan(10);
    const byPayout = Map.groupBy(rows, (row) => row.automatic_payout_id);
    expect([...byPayout].map(([id, own]) => [id, sum(own, "net")]).sort()).toEqual(
      arrived.map(({ id, amount }) => [id, amount]).sort(),
    );
    expect(new Set(rows.map((row) => row.balance_transaction_id)).size).toBe(rows.length);
  });

  test("gross less fee is net, and the local day is not always the day in UTC", () => {
    expect(rows.filter((row) => minor(row.gross) - minor(row.fee) !== minor(row.net))).toEqual([]);
    expect(
      rows.filter((row) => row.created?.slice(0, 10) !== row.created_utc?.slice(0, 10)).length,
    ).toBeGreaterThan(0);
  });

  test("says what the customer was charged, in decimals of that currency", () => {
    const decimals = new Map(
      rows.map((row) => [
        row.customer_facing_currency,
        /\.(\d+)$/.exec(row.customer_facing_amount ?? "")?.[1]?.length,
      ]),
    );
    expect(decimals.get("jpy")).toBeUndefined();
    expect([decimals.get("usd"), decimals.get("kwd")]).toEqual([2, 3]);
  });
});

test("Stripe's own fees, taxes on them and reserves are rows that settle nothing", () => {
  const own = read("stripe", "payout_reconciliation").filter((row) => row.source_id === "");
  const categories = new Set(own.map((row) => row.reporting_category));
  expect([...categories].sort()).toEqual(["fee", "network_cost", "risk_reserved_funds", "tax"]);
});

test("Stripe's balance summary ties, and one period begins where the other ended", () => {
  const middle = whole.from + (whole.to - whole.from) / 2n;
  const [first, second] = [
    read("stripe", "balance_summary", { ...whole, to: middle }),
    read("stripe", "balance_summary", { ...whole, from: middle }),
  ].map((rows) => new Map(rows.map((row) => [row.category, minor(row.net_amount)])));
  for (const summary of [first, second]) {
    const of = (category: string) => summary?.get(category) ?? 0n;
    expect(of("starting_balance") + of("activity") + of("payouts")).toBe(of("ending_balance"));
  }
  expect(first?.get("starting_balance")).toBe(0n);
  expect(second?.get("starting_balance")).toBe(first?.get("ending_balance"));
  expect(first?.get("payouts")).toBeLessThan(0n);
});

describe("Paddle's payout reconciliation", () => {
  const rows = read("paddle", "payout_reconciliation");

  test("sums to every payout, and what is paid by none yet says so", () => {
    const byReference = Map.groupBy(rows, (row) => row.remittance_reference);
    for (const { remittanceReference, amount } of world.paddle.payouts) {
      const own = byReference.get(remittanceReference) ?? [];
      expect(sum(own, "balance_movement_in_balance_currency")).toBe(amount);
    }
    expect(world.paddle.payouts.length).toBeGreaterThan(3);
    expect(byReference.get("")?.length).toBeGreaterThan(0);
  });

  test("gross less tax and fees, and what Paddle gave for itself, is what moved, in every row", () => {
    const column = (row: Row, name: string) => minor(row[`${name}_in_balance_currency`]);
    const wrong = rows.filter((row) => {
      const fees = ["paddle_fee", "fx_fee", "chargeback_fee", "retained_fee"].map((name) =>
        column(row, name),
      );
      const left = fees.reduce((rest, fee) => rest - fee, column(row, "gross") - column(row, "tax"));
      return left + column(row, "payout_rebates_and_fees") !== column(row, "balance_movement");
    });
    expect(wrong).toEqual([]);
  });

  test.each([
    "sale",
    "refund",
    "credit",
    "chargeback",
    "chargeback_reverse",
    "chargeback_warning",
    "swift_fee",
    "rebate",
  ])("tells a %s", (type) => {
    expect(rows.map((row) => row.balance_movement_type)).toContain(type);
  });
});

test("Paddle's transactions and adjustments are those of its lists, changed in the window", () => {
  const transactions = read("paddle", "transactions");
  expect(transactions.map((row) => row.transaction_id).sort()).toEqual(
    world.paddle.transactions.map(({ terms }) => terms.id).sort(),
  );
  const adjustments = read("paddle", "adjustments");
  expect(adjustments.length).toBe(world.paddle.adjustments.length);
  const later = read("paddle", "transactions", { ...whole, from: world.endsAt - 10n ** 9n * 86_400n * 30n });
  expect(later.length).toBeGreaterThan(0);
  expect(later.length).toBeLessThan(transactions.length);
  const yen = transactions.filter((row) => row.currency_code === "JPY");
  expect(yen.map((row) => minor(row.grand_total, 0))).not.toContain(null);
});
