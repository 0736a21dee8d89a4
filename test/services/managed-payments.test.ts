import { shuffled } from "../../src/cli/post.ts";
import { audit } from "../../src/services/audit/audit.ts";
import { recogniseSellers } from "../../src/services/inbox/recognise-sellers.ts";
import { listCharges } from "../../src/store/charges/read/charges.ts";
import { stripe } from "../../src/testing/stripe.ts";
import { engines } from "../support/engines.ts";
import { chargeBody, invoicePaymentBody, refundBody, rowBody } from "../support/stripe-payment-bodies.ts";
import { type Composed, closeAll, composed } from "./composed.ts";

afterEach(closeAll);

/** Stripe as merchant of record: each sale is 10.00 and 2.00 of tax, of which Stripe keeps the tax and 0.60. */
const start = 1_767_225_600;
const hour = 3_600;
const managed = { managed_payments: { enabled: true } };

const eventOf = (id: string, type: string, created: number, object: object) => ({
  id,
  object: "event",
  type,
  created,
  api_version: "2026-10-28.endive",
  livemode: false,
  data: { object: { livemode: false, created, ...object } },
});

const at = (seconds: number) => new Date(seconds * 1000);

const invoiceOf = (name: string, created: number, subscription: string | null) =>
  stripe.invoice({
    id: `in_${name}`,
    customer: "cus_1",
    subscription,
    lines: [{ id: `il_${name}`, amount: 1000, tax: 200 }],
    at: at(created),
    eventId: `evt_in_${name}`,
  });

const rowOf = (id: string, source: string, created: number, amount: number, fees: Record<string, number>) => {
  const fee = Object.values(fees).reduce((sum, each) => sum + each, 0);
  const row = rowBody({
    id,
    type: amount > 0 ? "charge" : "refund",
    source,
    currency: "usd",
    amount,
    fee,
    created,
  });
  const fee_details = Object.entries(fees).map(([type, part]) => ({ amount: part, currency: "usd", type }));
  return eventOf(`bt:${id}`, "balance_transaction.created", created, { ...row, fee_details });
};

const kept = { stripe_fee: 60, withheld_tax: 200 };

/** An invoice with its payment and its row. */
function paid(
  name: string,
  created: number,
  subscription: string | null,
  fees: Record<string, number> = kept,
) {
  const names = { intent: `pi_${name}`, charge: `ch_${name}`, customer: "cus_1", invoice: `in_${name}` };
  const charge = chargeBody({ ...names, amount: 1200, refunded: 0, created, row: null }, "newer");
  const link = { id: `inpay_${name}`, invoice: `in_${name}`, amount: 1200, intent: names.intent, created };
  return [
    invoiceOf(name, created, subscription),
    eventOf(`evt_inpay_${name}`, "invoice_payment.paid", created, invoicePaymentBody(link)),
    eventOf(`evt_ch_${name}`, "charge.succeeded", created, charge),
    rowOf(`txn_${name}`, `ch_${name}`, created, 1200, fees),
  ];
}

const session = (of: object) =>
  eventOf("evt_cs", "checkout.session.completed", start, {
    id: "cs_1",
    object: "checkout.session",
    mode: "subscription",
    payment_intent: null,
    invoice: "in_a",
    subscription: "sub_1",
    currency: "usd",
    amount_total: 1200,
    total_details: { amount_discount: 0, amount_tax: 200 },
    customer: "cus_1",
    metadata: {},
    ...of,
  });
const intent = eventOf("evt_pi", "payment_intent.succeeded", start, {
  id: "pi_a",
  object: "payment_intent",
  amount: 1200,
  amount_received: 1200,
  currency: "usd",
  customer: "cus_1",
  latest_charge: "ch_a",
  metadata: {},
  status: "succeeded",
  ...managed,
});
const subscription = eventOf("evt_sub", "customer.subscription.created", start, {
  id: "sub_1",
  object: "subscription",
  ...managed,
});
const link = eventOf("evt_plink", "payment_link.updated", start, {
  id: "plink_1",
  object: "payment_link",
  ...managed,
});

/** Each way in which it is told that Stripe sells, the renewals included: none of them is told so themselves. */
const tellings: Record<string, object[]> = {
  session: [session(managed)],
  intent: [intent],
  subscription: [subscription],
  "payment link": [session({ payment_link: "plink_1" }), link],
};
const renewal = start + 24 * hour;
const refunded = [
  eventOf("evt_re", "refund.created", renewal + hour, {
    ...refundBody({
      id: "re_b",
      payment: { intent: "pi_b", charge: "ch_b" } as never,
      amount: 1200,
      status: "succeeded",
      row: null,
      created: renewal + hour,
    }),
  }),
  rowOf("txn_re", "re_b", renewal + hour, -1200, { withheld_tax: -200 }),
];
const ownSale = paid("own", start + 2 * hour, null, { stripe_fee: 60 });
const sales = [...paid("a", start, "sub_1"), ...paid("b", renewal, "sub_1"), ...refunded, ...ownSale];

/** What every account came to in each quarter of an hour. */
async function datedBooks({ tallyhook: { services } }: Composed) {
  const rows = await services.store.read
    .selectFrom("postings")
    .innerJoin("entries", "entries.no", "postings.entry_no")
    .innerJoin("accounts", "accounts.no", "postings.account_no")
    .select(["accounts.path", "entries.effective_at", "postings.amount"])
    .execute();
  const sums = new Map<string, bigint>();
  for (const { path, effective_at, amount } of rows) {
    const key = `${path} ${(BigInt(effective_at) / 1_000_000_000n - BigInt(start)) / 900n}`;
    sums.set(key, (sums.get(key) ?? 0n) + BigInt(amount));
  }
  return Object.fromEntries([...sums].filter(([, amount]) => amount !== 0n).sort());
}

async function openKinds({ tallyhook: { services } }: Composed) {
  const rows = await services.store.read
    .selectFrom("discrepancies")
    .select("kind")
    .where("status", "=", "open")
    .execute();
  return rows.map(({ kind }) => kind).sort();
}

const provider = "assets:provider:stripe:default";
/** Taxes of Stripe's own sales are nowhere; ours is owed. Its fees are without what it kept as tax. */
const right = {
  [`${provider}:balance 0`]: 940n,
  [`${provider}:balance 8`]: 1140n,
  [`${provider}:balance 96`]: 940n,
  [`${provider}:balance 100`]: -1000n,
  "expenses:fees:stripe:default 0": 60n,
  "expenses:fees:stripe:default 8": 60n,
  "expenses:fees:stripe:default 96": 60n,
  "liabilities:tax:stripe:default 8": -200n,
  "revenue:refunds 100": 1000n,
  "revenue:sales 0": -1000n,
  "revenue:sales 8": -1000n,
  "revenue:sales 96": -1000n,
};
const providerSide = (books: Record<string, bigint>) =>
  Object.fromEntries(Object.entries(books).filter(([key]) => !/wallet/.test(key)));

/** More with `MANAGED_ORDERS=300`. */
const orders = Number(process.env.MANAGED_ORDERS ?? 3);

describe.each(Object.entries(tellings))("told by a %s, in any order", (by, telling) => {
  test.each(Array.from({ length: orders }, (_, index) => `${by}-${index}`))(
    "what Stripe sells itself is booked so, dated as it was, beside a sale of our own: %s",
    async (seed) => {
      const books = await composed("sqlite::memory:");
      const events = seed.endsWith("-0") ? [...sales, ...telling] : shuffled([...sales, ...telling], seed);
      const half = Math.floor(events.length / 2);
      for (const event of events.slice(0, half)) await books.receive(event, "stripe");
      await recogniseSellers(books.tallyhook.services);
      for (const event of events.slice(half)) await books.receive(event, "stripe");
      await recogniseSellers(books.tallyhook.services);
      expect(providerSide(await datedBooks(books))).toEqual(right);
      expect(await openKinds(books)).toEqual([]);
      expect(await audit(books.tallyhook.services)).toMatchObject({ ok: true, problems: [] });
    },
  );
});

describe.each(engines)("a subscription that is heard of late, on $name", ({ freshDatabaseUrl }) => {
  test("re-books its invoices in pages, and only what is not known as Stripe's sale yet", async () => {
    const books = await composed(await freshDatabaseUrl());
    const { services } = books.tallyhook;
    for (const event of sales) await books.receive(event, "stripe");
    expect((await datedBooks(books))["liabilities:tax:stripe:default 0"]).toBe(-200n);
    expect(await books.receive(subscription, "stripe")).toMatchObject({ outcome: "applied" });
    expect(await recogniseSellers(services)).toBe(2);
    expect(providerSide(await datedBooks(books))).toEqual(right);
    const { rows } = await listCharges(services.store.read, { ref: "in_a" }, { limit: 1, after: null });
    expect(rows[0]?.charge.settlement).toMatchObject({ gross: 1200n, tax: 200n, fee: 60n, net: 940n });
    // What was being stored meanwhile is looked for once more, and then never.
    books.clock.advance(120);
    expect(await recogniseSellers(services)).toBe(0);
    for (const event of paid("c", renewal + 24 * hour, "sub_1")) await books.receive(event, "stripe");
    expect((await datedBooks(books))["liabilities:tax:stripe:default 192"]).toBeUndefined();
    expect(await audit(services)).toMatchObject({ ok: true, problems: [] });
  });
});

test.each<[string, Record<string, number>, number, string[]]>([
  ["keep the tax in their fee", kept, 1200, []],
  ["are without the tax", { stripe_fee: 60 }, 1000, []],
  ["do not keep the tax", { stripe_fee: 60 }, 1200, ["withheld_tax_differs"]],
  ["keep another tax", { stripe_fee: 60, withheld_tax: 150 }, 1200, ["withheld_tax_differs"]],
])("rows that %s are what our balance is", async (_, fees, amount, kinds) => {
  const books = await composed("sqlite::memory:");
  const events = [
    ...paid("a", start, "sub_1").slice(0, 3),
    rowOf("txn_a", "ch_a", start, amount, fees),
    subscription,
  ];
  for (const event of events) await books.receive(event, "stripe");
  await recogniseSellers(books.tallyhook.services);
  const fee = Object.values(fees).reduce((sum, each) => sum + each, 0);
  const sums = await datedBooks(books);
  expect(sums[`${provider}:balance 0`]).toBe(BigInt(amount - fee));
  expect(sums["expenses:fees:stripe:default 0"]).toBe(60n);
  expect(sums["liabilities:tax:stripe:default 0"]).toBeUndefined();
  expect(await openKinds(books)).toEqual(kinds);
  expect(await audit(books.tallyhook.services)).toMatchObject({ ok: true, problems: [] });
});

test("a checkout that says it is our own sale knows better than its link", async () => {
  const books = await composed("sqlite::memory:");
  const own = session({ payment_link: "plink_1", managed_payments: null });
  for (const event of [...paid("a", start, "sub_1", { stripe_fee: 60 }), own, link])
    await books.receive(event, "stripe");
  expect(await recogniseSellers(books.tallyhook.services)).toBe(0);
  expect((await datedBooks(books))["liabilities:tax:stripe:default 0"]).toBe(-200n);
  for (const event of [{ ...own, id: "evt_again" }]) await books.receive(event, "stripe");
  expect((await datedBooks(books))["liabilities:tax:stripe:default 0"]).toBe(-200n);
});

test("a subscription that is not Stripe's own says nothing", async () => {
  const books = await composed("sqlite::memory:");
  const { object } = subscription.data;
  for (const managed_payments of [null, { enabled: false }, undefined]) {
    const event = {
      ...subscription,
      id: `evt_${managed_payments}`,
      data: { object: { ...object, managed_payments } },
    };
    expect(await books.receive(event, "stripe")).toMatchObject({
      outcome: "ignored",
      reason: "no_money_meaning",
    });
  }
});
