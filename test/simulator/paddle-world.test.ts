import { buildWorld } from "../../src/simulator/world.ts";

const world = buildWorld({ customers: 120, months: 8, seed: "paddle", providers: ["paddle"] });
const events = world.emissions
  .filter(({ provider }) => provider === "paddle")
  .map(({ body }) => JSON.parse(body));
const transactions = events
  .filter(({ event_type }) => event_type.startsWith("transaction."))
  .map(({ data }) => data);
const adjustments = events
  .filter(({ event_type }) => event_type.startsWith("adjustment."))
  .map(({ data }) => data);

/** Billed less than they first said: what is left to pay is lower than I3 says by the credit. */
const loweredInvoices = new Set(
  adjustments.filter((a) => a.credit_applied_to_balance === false).map((a) => a.transaction_id),
);

const amount = (text: string | null | undefined): bigint => BigInt(text ?? "0");
const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, next) => total + next, 0n);

test("the same seed tells the same world, another seed another one", () => {
  const again = (seed: string) =>
    buildWorld({ customers: 3, months: 2, seed }).emissions.map(({ body }) => body);
  expect(again("a")).toEqual(again("a"));
  expect(again("a")).not.toEqual(again("b"));
});

test("every amount is an integer, as text", () => {
  const amounts = world.emissions.flatMap(({ body }) => [
    ...body.matchAll(
      /"(?:total|tax|subtotal|fee|earnings|grand_total|balance|credit|amount)":("[^"]*"|\d+)/g,
    ),
  ]);
  expect(amounts.length).toBeGreaterThan(1000);
  expect(amounts.map(([, text]) => text).filter((text) => !/^"-?\d+"$/.test(text ?? ""))).toEqual([]);
});

test("I1 to I6 hold on every transaction that is told", () => {
  const broken = transactions.filter(({ details: { totals, line_items: lines }, payments, status, id }) => {
    const t = (name: string) => amount(totals[name]);
    const captured = sum(
      payments
        .filter((attempt: { status: string }) => attempt.status === "captured")
        .map((a: { amount: string }) => amount(a.amount)),
    );
    const sums = ["subtotal", "discount", "tax", "total"].every(
      (name) =>
        sum(lines.map((line: { totals: Record<string, string> }) => amount(line.totals[name]))) === t(name),
    );
    const lowered = t("grand_total") - captured - t("balance");
    const paid = status === "paid" || status === "completed";
    return !(
      t("subtotal") - t("discount") + t("tax") === t("total") &&
      t("grand_total") === t("total") - t("credit") + t("credit_to_balance") &&
      sums &&
      (lowered === 0n || loweredInvoices.has(id)) &&
      (!paid || t("balance") === 0n) &&
      (totals.fee === null || t("earnings") === t("subtotal") - t("discount") - t("fee"))
    );
  });
  expect(broken.map(({ id }) => id)).toEqual([]);
});

test("adjustments add up: subtotal + tax = total, and their items too", () => {
  const broken = adjustments.filter(
    ({ totals, items }) =>
      amount(totals.subtotal) + amount(totals.tax) !== amount(totals.total) ||
      sum(items.map((item: { amount: string }) => amount(item.amount))) !== amount(totals.total) ||
      amount(totals.subtotal) - amount(totals.earnings) !== amount(totals.fee) - amount(totals.retained_fee),
  );
  expect(broken.map(({ id }) => id)).toEqual([]);
});

test.each([
  ["transaction.created"],
  ["transaction.ready"],
  ["transaction.billed"],
  ["transaction.paid"],
  ["transaction.completed"],
  ["transaction.updated"],
  ["transaction.payment_failed"],
  ["transaction.past_due"],
  ["transaction.canceled"],
  ["transaction.revised"],
  ["adjustment.created"],
  ["adjustment.updated"],
  ["payout.created"],
  ["payout.paid"],
])("a world of some size says %s", (type) => {
  expect(events.filter(({ event_type }) => event_type === type).length).toBeGreaterThan(0);
});

test.each<[what: string, seen: () => unknown[]]>([
  [
    "credit applied to an upgrade of the era of credits",
    () => transactions.filter((t) => amount(t.details.totals.credit) > 0n),
  ],
  [
    "a negative line of the era of lines",
    () => transactions.filter((t) => t.items.some((item: { quantity: number }) => item.quantity < 0)),
  ],
  [
    "a downgrade that issues credit",
    () => transactions.filter((t) => amount(t.details.totals.credit_to_balance) > 0n),
  ],
  [
    "a completed document that nothing was paid for",
    () => transactions.filter((t) => t.status === "completed" && t.payments.length === 0),
  ],
  [
    "an update that is poorer than what it follows",
    () => transactions.filter((t) => t.status === "completed" && t.details.totals.fee === null),
  ],
  [
    "a refund that was rejected",
    () => adjustments.filter((a) => a.action === "refund" && a.status === "rejected"),
  ],
  [
    "a refund that came back",
    () => adjustments.filter((a) => a.action === "refund" && a.status === "reversed"),
  ],
  ["a fee that Paddle keeps", () => adjustments.filter((a) => amount(a.totals.retained_fee) > 0n)],
  [
    "tax alone that goes back",
    () => adjustments.filter((a) => a.items.some((item: { type: string }) => item.type === "tax")),
  ],
  ["a chargeback that was won", () => adjustments.filter((a) => a.action === "chargeback_reverse")],
  ["credit that is taken back", () => adjustments.filter((a) => a.action === "credit_reverse")],
  ["a warning", () => adjustments.filter((a) => a.action === "chargeback_warning")],
  [
    "an invoice that was lowered before it was paid",
    () => adjustments.filter((a) => a.credit_applied_to_balance === false),
  ],
  ["four currencies", () => [...new Set(transactions.map((t) => t.currency_code))].slice(3)],
])("a world of some size holds %s", (_, seen) => {
  expect(seen().length).toBeGreaterThan(0);
});
