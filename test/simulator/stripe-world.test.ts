import { buildWorld } from "../../src/simulator/world.ts";

const world = buildWorld({ customers: 150, months: 8, seed: "stripe", providers: ["stripe"] });
const events = world.emissions.map(({ body }) => JSON.parse(body));
const objects = (type: RegExp) =>
  events.filter((event) => type.test(event.type)).map(({ data }) => data.object);
const invoices = objects(/^invoice\./);
const disputes = objects(/^charge\.dispute\./);
const notes = objects(/^credit_note\./);

const sum = (amounts: readonly number[]): number => amounts.reduce((total, next) => total + next, 0);
const isBasil = (event: { api_version: string }) => event.api_version >= "2025-03-31";

test("every amount is a safe integer", () => {
  const amounts = world.emissions.flatMap(({ body }) => [
    ...body.matchAll(
      /"(?:amount\w*|subtotal|total|tax|fee|net|\w+_balance|pre_payment\w*|post_payment\w*)":([^,{["}\]]+)/g,
    ),
  ]);
  expect(amounts.length).toBeGreaterThan(1000);
  expect(amounts.map(([, text]) => text).filter((text) => !/^(?:-?\d{1,15}|null)$/.test(text ?? ""))).toEqual(
    [],
  );
});

test("S1, S2, S3 and S6 hold on every invoice that is told, and its lines sum to it", () => {
  const broken = invoices.filter((invoice) => {
    const { total, starting_balance: start, ending_balance: end, amount_due: due } = invoice;
    const s1 =
      end === null
        ? due === Math.max(0, total + start)
        : due === total + start - end - invoice.pre_payment_credit_notes_amount;
    const taxes = sum(
      (invoice.total_taxes ?? invoice.total_tax_amounts).map((tax: { amount: number }) => tax.amount),
    );
    const lines = sum(invoice.lines.data.map((line: { amount: number }) => line.amount));
    const discounts = sum(invoice.total_discount_amounts.map((one: { amount: number }) => one.amount));
    const ofItems = invoice.billing_reason === "manual" ? discounts : 0;
    return !(
      s1 &&
      invoice.amount_remaining === due + (invoice.amount_overpaid ?? 0) - invoice.amount_paid &&
      total === invoice.total_excluding_tax + taxes &&
      invoice.subtotal === lines - ofItems
    );
  });
  expect(broken.map(({ id }) => id)).toEqual([]);
});

test("an invoice begins with what everything dated before it left on the customer's balance", () => {
  const rows = Map.groupBy(world.stripe.customerRows, ({ customerRef }) => customerRef);
  const finalized = world.stripe.invoices.filter(({ finalizedAt }) => finalizedAt !== null);
  const wrong = finalized.filter(({ finalizedAt, terms }) => {
    const before = (rows.get(terms.customerRef) ?? []).filter(
      ({ createdAt }) => createdAt < (finalizedAt ?? 0n),
    );
    return before.reduce((left, { amount }) => left + amount, 0n) !== terms.startingBalance;
  });
  expect(finalized.length).toBeGreaterThan(100);
  expect(wrong.map(({ terms }) => terms.id)).toEqual([]);
});

test("amounts of a three-decimal currency end in 0", () => {
  const kuwaiti = events.map(({ data }) => data.object).filter(({ currency }) => currency === "kwd");
  expect(kuwaiti.length).toBeGreaterThan(0);
  const wrong = kuwaiti.filter((object) =>
    ["amount", "amount_due", "total", "amount_paid"].some((name) => (object[name] ?? 0) % 10 !== 0),
  );
  expect(wrong).toEqual([]);
});

test("since Basil neither an invoice nor a charge names the other; before, both do", () => {
  const told = events.filter(({ type }) => /^(?:invoice\.|charge\.succeeded)/.test(type));
  const names = ({ data: { object } }: (typeof told)[number]) =>
    object.object === "invoice" ? "charge" in object : "invoice" in object;
  expect(told.filter((event) => names(event) === isBasil(event))).toEqual([]);
  expect(new Set(told.map(isBasil)).size).toBe(2);
});

test("seven API versions are spoken, one after the other", () => {
  const versions = events.map((event) => event.api_version);
  expect(new Set(versions).size).toBe(7);
  expect(versions).toEqual([...versions].sort());
});

test.each([
  "invoice.created",
  "invoice.finalized",
  "invoice.paid",
  "invoice.payment_succeeded",
  "invoice.overpaid",
  "invoice.payment_failed",
  "invoice.voided",
  "invoice.marked_uncollectible",
  "invoice.updated",
  "invoice_payment.paid",
  "payment_intent.succeeded",
  "charge.succeeded",
  "charge.updated",
  "charge.refunded",
  "charge.refund.updated",
  "checkout.session.completed",
  "refund.created",
  "refund.updated",
  "refund.failed",
  "charge.dispute.created",
  "charge.dispute.updated",
  "charge.dispute.closed",
  "charge.dispute.funds_withdrawn",
  "charge.dispute.funds_reinstated",
  "credit_note.created",
  "credit_note.voided",
  "payout.created",
  "payout.paid",
  "payout.failed",
])("a world of some size says %s", (type) => {
  expect(events.filter((event) => event.type === type).length).toBeGreaterThan(0);
});

test.each<[what: string, seen: () => unknown[]]>([
  [
    "an invoice below zero, which becomes credit",
    () => invoices.filter((i) => i.total < 0 && i.ending_balance < 0),
  ],
  [
    "an invoice that credit pays for",
    () => invoices.filter((i) => i.starting_balance < i.ending_balance && i.starting_balance < 0),
  ],
  [
    "debt that is brought forward",
    () => invoices.filter((i) => i.starting_balance > 0 && i.amount_due > i.total),
  ],
  ["a free invoice that is paid", () => invoices.filter((i) => i.status === "paid" && i.total === 0)],
  ["an invoice paid elsewhere", () => invoices.filter((i) => i.paid_out_of_band === true)],
  [
    "a record of money that came otherwise",
    () => objects(/^invoice_payment/).filter((p) => p.payment.type === "payment_record"),
  ],
  [
    "an invoice with two payments",
    () =>
      objects(/^invoice_payment/).filter(
        (p, _, all) => all.filter((q) => q.invoice === p.invoice).length > 1,
      ),
  ],
  [
    "inclusive tax",
    () => invoices.filter((i) => i.total_tax_amounts?.some((tax: { inclusive: boolean }) => tax.inclusive)),
  ],
  ["a discount", () => invoices.filter((i) => i.total_discount_amounts.length > 0)],
  [
    "a discount of an item, which the subtotal is already without",
    () => invoices.filter((i) => i.billing_reason === "manual" && i.total_discount_amounts.length > 0),
  ],
  [
    "an inquiry",
    () => disputes.filter((d) => d.status === "warning_closed" && d.balance_transactions.length === 0),
  ],
  [
    "a dispute won that lists only the withdrawal",
    () => disputes.filter((d) => d.status === "won" && d.balance_transactions.length === 1),
  ],
  ["a note before payment", () => notes.filter((note) => note.type === "pre_payment")],
  ["a note with a refund", () => notes.filter((note) => note.refund || note.refunds?.length > 0)],
  ["a note to the customer's balance", () => notes.filter((note) => note.customer_balance_transaction)],
  ["a canceled refund", () => objects(/^refund/).filter((refund) => refund.status === "canceled")],
  ["a guest", () => objects(/^charge\.succeeded/).filter((charge) => charge.customer === null)],
  ["five currencies", () => [...new Set(invoices.map((i) => i.currency))].slice(4)],
])("a world of some size holds %s", (_, seen) => {
  expect(seen().length).toBeGreaterThan(0);
});
