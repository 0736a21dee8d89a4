import { moneyEventTypes } from "../../../src/providers/stripe/event-types.ts";
import { allEvents, normalised, type StripeEvent } from "./bodies.ts";

/**
 * The fixtures are held to what was measured on real bodies, read here from the raw JSON and without the code under test.
 * Tests elsewhere may then trust their figures.
 */
const events = allEvents();
const broken = ["stripe/invoice.paid/shapes-disagree.json"];
const objects = (kind: string) =>
  events.filter(([name, event]) => event.data?.object?.object === kind && !broken.includes(name));

interface Listed {
  readonly amount: number;
}
const sum = (items: readonly Listed[] | null | undefined) =>
  (items ?? []).reduce((total, item) => total + item.amount, 0);

test("there are enough of them, in three shapes, and every type of money is among them", () => {
  const single = events.filter(([name]) => name.startsWith("stripe/"));
  expect(single.length).toBeGreaterThanOrEqual(40);
  const types = new Set(single.map(([, event]) => event.type));
  expect(moneyEventTypes.filter((type) => !types.has(type))).toEqual([]);
  expect(new Set(single.map(([, event]) => event.api_version))).toEqual(
    new Set(["2020-08-27", "2024-06-20", "2025-03-31.basil", "2026-10-28.endive", undefined]),
  );
  const stories = events
    .filter(([name]) => name.startsWith("scenarios/"))
    .map(([name]) => name.split(":")[0]);
  expect(new Set(stories).size).toBeGreaterThanOrEqual(7);
});

describe.each(objects("invoice"))("%s", (_, { data: { object: sent } }) => {
  const isNew = "total_taxes" in sent;
  const exclusive = (taxes: readonly { amount: number; inclusive?: boolean; tax_behavior?: string }[]) =>
    sum(taxes.filter((tax) => tax.inclusive === false || tax.tax_behavior === "exclusive"));

  test("S1: what is due follows from the total and the customer's balance", () => {
    const { total, starting_balance: starting, ending_balance: ending } = sent;
    const expected =
      ending === null
        ? Math.max(0, total + starting)
        : total + starting - ending - sent.pre_payment_credit_notes_amount;
    expect(sent.amount_due).toBe(expected);
  });

  test("S2: what remains is what is due less what is paid", () => {
    expect(sent.amount_remaining).toBe(Math.max(sent.amount_due - sent.amount_paid, 0));
    if (sent.status === "paid") expect(sent.amount_remaining).toBe(0);
  });

  test("S3: the total is the total without tax, and its taxes, in each shape it has", () => {
    if ("total_tax_amounts" in sent && sent.tax !== null) expect(sum(sent.total_tax_amounts)).toBe(sent.tax);
    if ("total_tax_amounts" in sent && isNew) expect(sum(sent.total_tax_amounts)).toBe(sum(sent.total_taxes));
    if (sent.total_excluding_tax === undefined) return;
    expect(sent.total).toBe(
      sent.total_excluding_tax + sum(isNew ? sent.total_taxes : sent.total_tax_amounts),
    );
  });

  test("S4: lines, discounts, taxes and shipping make the total, where all lines are there", () => {
    if (sent.lines.has_more) return;
    // biome-ignore lint/suspicious/noExplicitAny: read as it was sent
    const contributed = sent.lines.data.map((line: any) => {
      const grants = (line.pretax_credit_amounts ?? []).filter(
        (credit: { type: string }) => credit.type === "credit_balance_transaction",
      );
      return (
        line.amount - sum(line.discount_amounts) - sum(grants) + exclusive(line.taxes ?? line.tax_amounts)
      );
    });
    const lines = contributed.reduce((total: number, each: number) => total + each, 0);
    expect(lines + (sent.shipping_cost?.amount_total ?? 0)).toBe(sent.total);
  });

  test("the keys of before Basil are there in old shapes alone, and those since in new ones", () => {
    for (const key of ["charge", "payment_intent", "paid", "paid_out_of_band", "tax", "subscription"])
      expect(key in sent).toBe("total_tax_amounts" in sent);
    expect("parent" in sent && "amount_overpaid" in sent).toBe(isNew);
  });
});

test.each(objects("credit_note"))("%s is the sum of its parts", (_, { data: { object: sent } }) => {
  if ("total_excluding_tax" in sent)
    expect(sent.total).toBe(sent.total_excluding_tax + sum(sent.total_taxes ?? sent.tax_amounts));
  expect(["pre_payment", "post_payment", "mixed"]).toContain(sent.type);
  if (!("post_payment_amount" in sent)) return;
  expect(sent.pre_payment_amount + sent.post_payment_amount).toBe(sent.total);
  const refunded = sent.refunds.reduce(
    (total: number, each: { amount_refunded: number }) => total + each.amount_refunded,
    0,
  );
  const rest = sent.post_payment_amount - refunded - (sent.out_of_band_amount ?? 0);
  if (sent.customer_balance_transaction === null) expect(rest).toBe(0);
  else expect(rest).toBeGreaterThan(0);
});

test("every row of the balance has its net, and fees that sum to its fee", () => {
  const rows = events.flatMap(([, { data }]) => {
    const object = data?.object ?? {};
    const nested = [object.balance_transaction, ...(object.balance_transactions ?? [])];
    return [...nested, object].filter((each) => each?.object === "balance_transaction");
  });
  expect(rows.length).toBeGreaterThan(10);
  for (const row of rows) {
    expect(row.net).toBe(row.amount - row.fee);
    expect(sum(row.fee_details)).toBe(row.fee);
  }
});

test("a charge says as much as was captured, and names an invoice in old shapes alone", () => {
  for (const [, { data, api_version: version }] of objects("charge")) {
    const { captured, amount, amount_captured: taken } = data.object;
    expect(taken).toBe(captured ? amount : 0);
    expect("invoice" in data.object).toBe(!/basil|endive/.test(version));
    expect("refunds" in data.object).toBe(version === "2020-08-27");
  }
});

test("what names a charge, an intent or an invoice names one of its own story", () => {
  const stories = Map.groupBy(
    events.filter(([name]) => name.startsWith("scenarios/")),
    ([name]) => name.split(":")[0],
  );
  for (const [, story] of stories) {
    const text = (kind: string) =>
      story.filter(([, { data }]) => data.object.object === kind).map(([, { data }]) => data.object);
    const known = new Set(
      [...text("charge"), ...text("invoice"), ...text("payment_intent")].map(({ id }) => id),
    );
    for (const { charge } of text("refund")) expect(known).toContain(charge);
    for (const { charge } of text("dispute")) expect(known).toContain(charge);
    for (const { invoice } of [...text("invoice_payment"), ...text("credit_note")])
      expect(known).toContain(invoice);
  }
});

test("event ids are distinct", () => {
  expect(new Set(events.map(([, event]) => event.id)).size).toBe(events.length);
});

test("each becomes facts, but for the cases that say otherwise in their README", () => {
  const others = events.flatMap(([name, event]) => {
    const result = normalised(event);
    return result.kind === "facts" ? [] : [[name.replace(/^stripe\/|\.json$/g, ""), result.reason]];
  });
  expect(Object.fromEntries(others)).toEqual({
    "checkout.session.expired/abandoned-basil": "no_money_meaning",
    "customer.subscription.updated/renewed-basil": "no_money_meaning",
    "invoice.archived/unknown-type-endive": "unknown_type",
    "invoice.paid/shapes-disagree": "shapes_disagree",
    "invoice.upcoming/preview-basil": "preview",
    "payment_intent.amount_capturable_updated/authorised-2024": "no_money_meaning",
    "payment_intent.canceled/declined-2024": "no_money_meaning",
    "payment_intent.created/declined-2024": "no_money_meaning",
    "payment_intent.partially_funded/declined-2024": "no_money_meaning",
    "payment_intent.payment_failed/declined-2024": "no_money_meaning",
    "payment_intent.processing/declined-2024": "no_money_meaning",
    "payment_intent.requires_action/declined-2024": "no_money_meaning",
    "v1.invoice.paid/thin-endive": "thin",
  });
});

test("the folder of a fixture is its event type", () => {
  for (const [name, event] of events.filter(([name]) => name.startsWith("stripe/")))
    expect(name.split("/")[1]).toBe(event.type);
});

test.each(events)("%s holds nothing personal, and no address of somebody else", (_, event: StripeEvent) => {
  const text = JSON.stringify(event);
  expect(text).not.toMatch(
    /@|\b\d{1,3}(?:\.\d{1,3}){3}\b|localhost|"(?:postal_code|email|line1|name|phone)":"/,
  );
  for (const [url] of text.matchAll(/https?:\/\/[^"]*/g))
    expect(url).toMatch(/^https:\/\/\w+\.inkwell\.example\//);
});
