import type { DocumentFact } from "../../../src/domain/facts/facts.ts";
import { parseInstant } from "../../../src/domain/time.ts";
import { fixture, normalised, type PaddleEvent, withData } from "./bodies.ts";

const seed = fixture("transaction.completed/seed");
const time = (text: string) => parseInstant(text);

function factOf(event: PaddleEvent): DocumentFact {
  const result = normalised(event);
  if (result.kind !== "facts") throw new Error(`${event.event_type}: ${result.kind} ${result.reason}`);
  expect(result.facts).toHaveLength(1);
  return result.facts[0] as DocumentFact;
}

test("the seed transaction, field by field", () => {
  expect(normalised(seed)).toEqual({
    kind: "facts",
    facts: [
      {
        kind: "document",
        stamp: { eventId: "paddle:default:evt_abc123", occurredAt: time("2023-10-18T10:56:33.696554Z") },
        ref: "txn_abc123",
        document: "transaction",
        stage: "completed",
        currency: "USD",
        subtotal: 1666n,
        discount: 0n,
        tax: 333n,
        total: 1999n,
        creditApplied: 1500n,
        creditNotesApplied: 0n,
        creditIssued: 0n,
        debtBroughtForward: 0n,
        grandTotal: 499n,
        balance: 0n,
        fee: 150n,
        earnings: 1516n,
        payout: {
          currency: "USD",
          subtotal: 1666n,
          discount: 0n,
          tax: 333n,
          total: 1999n,
          fee: 150n,
          earnings: 1516n,
          exchangeRate: "1",
        },
        lines: [
          {
            ref: "txnitm_abc123",
            priceRef: "pri_abc123",
            productRef: "pro_abc123",
            description: "My Test Payments App",
            quantity: "1",
            subtotal: 1666n,
            discount: 0n,
            tax: 333n,
            total: 1999n,
            proration: {
              rate: "0.99966",
              startsAt: time("2023-10-18T10:56:23.015Z"),
              endsAt: time("2023-11-18T10:41:13.871061Z"),
            },
            metadata: {},
          },
        ],
        payments: [
          {
            ref: "769c7528-df6b-4ca5-91b6-41d1ee38094d",
            amount: 499n,
            captured: true,
            capturedAt: time("2023-10-18T10:56:26.068085Z"),
            method: { type: "card", brand: "visa", last4: "4242" },
          },
        ],
        invoice: null,
        customerRef: "ctm_abc123",
        subscriptionRef: "sub_abc123",
        invoiceNumber: "3731-10089",
        origin: "subscription_update",
        collectionMode: "automatic",
        billingPeriod: {
          startsAt: time("2023-10-18T10:41:13.871061Z"),
          endsAt: time("2023-11-18T10:41:13.871061Z"),
        },
        livemode: null,
        createdAt: time("2023-10-18T10:56:23.50414Z"),
        billedAt: time("2023-10-18T10:56:23.434705Z"),
        reachedAt: null,
        metadata: null,
      },
    ],
  });
});

test.each([
  ["draft", "draft"],
  ["ready", "ready"],
  ["billed", "open"],
  ["past_due", "past_due"],
  ["canceled", "void"],
  ["paid", "paid"],
  ["completed", "completed"],
])("Paddle's status %s is the stage %s, whatever the type of the event", (status, stage) => {
  expect(factOf(withData(seed, "status", status)).stage).toBe(stage);
});

test.each([
  "created",
  "ready",
  "updated",
  "billed",
  "paid",
  "completed",
  "past_due",
  "payment_failed",
  "canceled",
  "revised",
])("transaction.%s speaks of a transaction", (event) => {
  expect(factOf({ ...seed, event_type: `transaction.${event}` }).ref).toBe("txn_abc123");
});

test("a negative document: what is not used becomes credit that Paddle holds", () => {
  expect(factOf(fixture("transaction.paid/downgrade-2025"))).toMatchObject({
    total: -7764n,
    creditApplied: 0n,
    creditIssued: 7764n,
    grandTotal: 0n,
    fee: null,
    earnings: null,
    payout: null,
    payments: [],
    lines: [
      { quantity: "1", total: 1135n, proration: { rate: "0.49773" } },
      { quantity: "-1", total: -8899n, proration: { rate: "0.49773" } },
    ],
  });
});

test("a payout in another currency keeps Paddle's own figures and rate", () => {
  expect(factOf(fixture("transaction.completed/payout-in-another-currency"))).toMatchObject({
    currency: "EUR",
    total: 18150n,
    fee: 951n,
    earnings: 14049n,
    payout: { currency: "USD", total: 20482n, fee: 1073n, earnings: 15854n, exchangeRate: "1.1284733" },
  });
});

test("an attempt that is listed twice stays twice, under one ref, newest first", () => {
  const { payments } = factOf(fixture("transaction.updated/duplicated-attempt"));
  expect(payments?.map(({ amount, captured }) => [amount, captured])).toEqual([
    [11478n, true],
    [11478n, true],
    [11478n, false],
  ]);
  expect(new Set(payments?.map(({ ref }) => ref)).size).toBe(2);
});

test.each([
  "authorized",
  "authorized_flagged",
  "canceled",
  "error",
  "action_required",
  "pending_no_action_required",
  "created",
  "unknown",
  "dropped",
  "a status of next year",
])("a payment that is %s has captured nothing", (status) => {
  expect(factOf(withData(seed, "payments.0.status", status)).payments).toMatchObject([{ captured: false }]);
});

test.each<[string, string, unknown, Partial<DocumentFact>]>([
  ["no fee yet", "details.totals.fee", null, { fee: null }],
  ["no earnings yet", "details.totals.earnings", null, { earnings: null }],
  ["no payout totals yet", "details.payout_totals", null, { payout: null }],
  ["no customer yet", "customer_id", null, { customerRef: null }],
  ["no subscription", "subscription_id", undefined, { subscriptionRef: null }],
  ["no invoice number yet", "invoice_number", null, { invoiceNumber: null }],
  ["not billed yet", "billed_at", null, { billedAt: null }],
  ["a zero time", "billed_at", "0001-01-01T00:00:00Z", { billedAt: null }],
  ["no billing period", "billing_period", null, { billingPeriod: null }],
  [
    "a billing period of zero times",
    "billing_period.starts_at",
    "0001-01-01T00:00:00Z",
    { billingPeriod: null },
  ],
  ["no balance", "details.totals.balance", undefined, { balance: null }],
  ["a collection mode of next year", "collection_mode", "carrier_pigeon", { collectionMode: null }],
  ["an origin of next year", "origin", "voice", { origin: "voice" }],
  [
    "nine fractional digits",
    "created_at",
    "2023-10-18T10:56:33.115863546Z",
    { createdAt: 1_697_626_593_115_863_546n },
  ],
  ["no fractional digits", "created_at", "2023-10-18T10:56:33Z", { createdAt: 1_697_626_593_000_000_000n }],
  ["a field of next year", "surprise", { amount: 1 }, { total: 1999n }],
])("%s", (_, path, value, expected) => {
  expect(factOf(withData(seed, path, value))).toMatchObject(expected);
});

test("amounts beyond 2^53 are exact", () => {
  const event = structuredClone(seed);
  const { totals, line_items: lines } = event.data.details;
  const change = { subtotal: "9007199254740993", tax: "0", total: "9007199254740993" };
  Object.assign(totals, change, { credit: "0", grand_total: "9007199254740993" });
  Object.assign(lines[0].totals, change);
  expect(factOf(event)).toMatchObject({ total: 9_007_199_254_740_993n, grandTotal: 9_007_199_254_740_993n });
});

describe("proration", () => {
  const period = { starts_at: "2023-10-18T10:56:23.015Z", ends_at: "2023-11-18T10:41:13.871061Z" };
  const zero = { starts_at: "0001-01-01T00:00:00Z", ends_at: "0001-01-01T00:00:00Z" };
  const prorationOf = (proration: unknown, quantity = 1) => {
    const event = withData(seed, "details.line_items.0.proration", proration);
    return factOf(withData(event, "details.line_items.0.quantity", quantity)).lines?.[0]?.proration;
  };

  test.each([
    ["none", null],
    ["rate 0 and zero times, as on ordinary purchases", { rate: "0", billing_period: zero }],
    ["rate 0 and real times, as on a change of the payment method", { rate: "0", billing_period: period }],
    ["rate 1, a whole period", { rate: "1", billing_period: period }],
    ["rate 1.00000", { rate: "1.00000", billing_period: period }],
    ["no rate", { rate: null, billing_period: period }],
  ])("%s is no part-period", (_, proration) => {
    expect(prorationOf(proration)).toBeNull();
  });

  test("a rate between is one, and so is a negative quantity", () => {
    const [startsAt, endsAt] = [time(period.starts_at), time(period.ends_at)];
    expect(prorationOf({ rate: "0.5", billing_period: period })).toEqual({ rate: "0.5", startsAt, endsAt });
    expect(prorationOf({ rate: "0.5", billing_period: zero })).toEqual({
      rate: "0.5",
      startsAt: null,
      endsAt: null,
    });
    expect(prorationOf({ rate: "1", billing_period: period }, -1)).toEqual({ rate: "1", startsAt, endsAt });
    expect(prorationOf(null, -1)).toEqual({ rate: null, startsAt: null, endsAt: null });
  });
});

describe("metadata", () => {
  test("texts and numbers, and the JSON of what a policy cannot read", () => {
    const custom = { owner: "org_1", seats: 3, beta: true, none: null, tags: ["a"], nested: { a: 1 } };
    expect(factOf(withData(seed, "custom_data", custom)).metadata).toEqual({
      owner: "org_1",
      seats: "3",
      beta: { json: "true" },
      tags: { json: '["a"]' },
      nested: { json: '{"a":1}' },
    });
  });

  test("`__proto__` and `constructor` are keys like any other and change nothing", () => {
    const event = withData(
      seed,
      "custom_data",
      JSON.parse('{"__proto__":{"owner":"evil"},"constructor":"x"}'),
    );
    const metadata = factOf(event).metadata as Record<string, string>;
    expect(Object.keys(metadata)).toEqual(["__proto__", "constructor"]);
    expect(metadata.owner).toBeUndefined();
    expect(({} as Record<string, unknown>).owner).toBeUndefined();
  });

  test("NUL and lone surrogates in free text become U+FFFD: not every database could keep them", () => {
    const event = withData(seed, "custom_data", { "a\u0000": "b\ud800", c: { d: "\u0000" } });
    expect(factOf(event).metadata).toEqual({ "a\uFFFD": "b\uFFFD", c: { json: '{"d":"\\u0000"}' } });
    const named = withData(seed, "details.line_items.0.product.name", "Pro\u0000\udfff");
    expect(factOf(named).lines?.[0]?.description).toBe("Pro\uFFFD\uFFFD");
  });

  test.each([[null], [undefined]])("custom data of %j is none", (custom) => {
    expect(factOf(withData(seed, "custom_data", custom)).metadata).toBeNull();
  });

  test("a line has its price's and its product's, the price's first", () => {
    const event = withData(seed, "items.0.price.custom_data", { wallet: "top_up", tier: "price" });
    const both = withData(event, "details.line_items.0.product.custom_data", {
      tier: "product",
      family: "api",
    });
    expect(factOf(both).lines?.[0]?.metadata).toEqual({ wallet: "top_up", tier: "price", family: "api" });
  });
});

test("nothing personal becomes part of a fact", () => {
  const event = structuredClone(seed);
  const personal = {
    customer: { name: "PERSONAL", email: "personal@example.com" },
    address: { first_line: "PERSONAL", postal_code: "PERSONAL" },
    business: { name: "PERSONAL", tax_identifier: "PERSONAL" },
    ip_address: "203.0.113.7",
  };
  Object.assign(event.data, personal);
  Object.assign(event.data.payments[0].method_details.card, {
    cardholder_name: "PERSONAL",
    last4: "PERSONAL",
  });
  event.data.payments[0].method_details.paypal = { email: "personal@example.com" };
  event.data.billing_details = { additional_information: "PERSONAL" };
  const text = JSON.stringify(factOf(event), (_, value) =>
    typeof value === "bigint" ? String(value) : value,
  );
  expect(text).not.toMatch(/personal|203\.0\.113|2030|expiry/i);
});
