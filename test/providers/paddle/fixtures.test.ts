import { allEvents, normalised, type PaddleEvent } from "./bodies.ts";

/**
 * The fixtures are held to what was measured on real bodies, read here from the raw JSON and without the code under test.
 * Tests elsewhere may then trust their figures.
 */
const events = allEvents();
const own = events.filter(([, event]) => event.event_id !== "evt_abc123");
const transactions = events.filter(([, { event_type: type }]) => type.startsWith("transaction."));
const adjustments = events.filter(([, { event_type: type }]) => type.startsWith("adjustment."));

type Totals = Readonly<Record<string, string | null>>;
const n = (totals: Totals, field: string) => BigInt(totals[field] ?? "0");

test("there are enough of them", () => {
  expect(events.filter(([name]) => name.startsWith("paddle/")).length).toBeGreaterThanOrEqual(36);
  expect(
    new Set(events.filter(([name]) => name.startsWith("scenarios/")).map(([name]) => name.split(":")[0]))
      .size,
  ).toBeGreaterThanOrEqual(10);
});

describe.each(transactions)("%s", (name, { data }) => {
  const { totals, line_items: lines, payout_totals: payout, adjusted_totals: adjusted } = data.details;

  test("I1, I2: totals agree with each other, in both currencies", () => {
    for (const each of [totals, payout].filter(Boolean)) {
      expect(n(each, "subtotal") - n(each, "discount") + n(each, "tax")).toBe(n(each, "total"));
      expect(n(each, "total") - n(each, "credit") + n(each, "credit_to_balance")).toBe(
        n(each, "grand_total"),
      );
    }
    expect(adjusted.currency_code).toBe(data.currency_code);
  });

  test("I3, I4: what was captured is what was asked for, or the balance says how much is left", () => {
    if (name.startsWith("scenarios/manual-invoice") && data.status !== "billed") return; // A credit of 17880 lowers it.
    const captured = new Map<string, bigint>();
    for (const payment of data.payments) {
      if (payment.status === "captured") captured.set(payment.payment_attempt_id, BigInt(payment.amount));
    }
    const sum = [...captured.values()].reduce((total, amount) => total + amount, 0n);
    expect(n(totals, "balance")).toBe(n(totals, "grand_total") - sum);
    if (["paid", "completed"].includes(data.status)) expect(n(totals, "balance")).toBe(0n);
  });

  test("I5: lines sum to the totals", () => {
    for (const column of ["subtotal", "discount", "tax", "total"]) {
      const sum = lines.reduce(
        (total: bigint, line: { totals: Totals }) => total + n(line.totals, column),
        0n,
      );
      expect(sum).toBe(n(totals, column));
    }
  });

  test("I6, I9: earnings are subtotal − discount − fee, in both currencies", () => {
    for (const each of [totals, payout].filter(Boolean)) {
      if (each.fee === null) expect(each.earnings).toBeNull();
      else expect(n(each, "earnings")).toBe(n(each, "subtotal") - n(each, "discount") - n(each, "fee"));
    }
  });

  test("I10: the payout is the total at the stated rate, within one unit", () => {
    if (payout === null) return;
    const difference = Number(payout.total) - Number(totals.total) * Number(payout.exchange_rate);
    expect(Math.abs(difference)).toBeLessThanOrEqual(1);
  });
});

describe.each(adjustments)("%s", (_, { data }) => {
  test("subtotal + tax = total, items sum to it, and the fee given back is fee or fee − retained fee", () => {
    for (const totals of [data.totals, data.payout_totals]) {
      expect(n(totals, "subtotal") + n(totals, "tax")).toBe(n(totals, "total"));
      expect(n(totals, "subtotal") - n(totals, "earnings")).toBe(
        n(totals, "fee") - n(totals, "retained_fee"),
      );
    }
    const items = data.items.reduce((total: bigint, item: Totals) => total + n(item, "amount"), 0n);
    expect(items).toBe(n(data.totals, "total"));
  });

  test("it is about lines of a transaction that is among the fixtures, and about no more than was sold", () => {
    const document = transactions.find(
      ([, event]) => event.data.id === data.transaction_id && event.data.customer_id,
    )?.[1];
    const lines = new Map(
      document?.data.details.line_items.map((line: { id: string; totals: Totals }) => [line.id, line.totals]),
    );
    for (const item of data.items) {
      const line = lines.get(item.item_id) as Totals | undefined;
      expect(line).toBeDefined();
      expect(n(item, "amount")).toBeLessThanOrEqual(n(line ?? {}, "total"));
    }
    expect(document?.data.customer_id).toBe(data.customer_id);
  });
});

test("event ids are distinct, and so are the two of one moment", () => {
  expect(new Set(events.map(([, event]) => event.event_id)).size).toBe(events.length);
});

test("each becomes facts, but for the cases that say otherwise in their name", () => {
  const others = events.flatMap(([name, event]) => {
    const result = normalised(event);
    return result.kind === "facts" ? [] : [[name, result.reason]];
  });
  expect(others).toEqual([
    ["paddle/adjustment.created/unknown-action.json", "unknown_action"],
    ["paddle/subscription.updated/renewed.json", "no_money_meaning"],
    ["paddle/transaction.archived/unknown-type.json", "unknown_type"],
  ]);
});

test("the folder of a fixture is its event type", () => {
  for (const [name, event] of events.filter(([name]) => name.startsWith("paddle/"))) {
    expect(name.split("/")[1]).toBe(event.event_type);
  }
});

test.each(own)("%s holds nothing personal, and no id of somebody else", (_, event: PaddleEvent) => {
  const text = JSON.stringify(event);
  expect(text).not.toMatch(/@|\b\d{1,3}(?:\.\d{1,3}){3}\b|postal_code|"email"|first_line|localhost/);
  expect(text.match(/https?:\/\/[^"?]*/g) ?? []).toEqual(
    (text.match(/https?:\/\/[^"?]*/g) ?? []).map(() => "https://pay.inkwell.example"),
  );
  expect(JSON.stringify(event.data.payments ?? [])).not.toMatch(/"cardholder_name":"/);
});
