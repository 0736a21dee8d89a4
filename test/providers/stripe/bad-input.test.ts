import fc from "fast-check";
import { isName } from "../../../src/providers/kit/fields.ts";
import { propertyRuns } from "../../support/property-runs.ts";
import {
  allEvents,
  bytesOf,
  fixture,
  normalised,
  normalisedBytes,
  parkedAs,
  type StripeEvent,
  withObject,
} from "./bodies.ts";

const old = fixture("invoice.paid/discounts-2024");
const endive = fixture("invoice.paid/team-endive");
const dual = fixture("invoice.paid/dual-shape");
const charge = fixture("charge.refunded/partial-2020");
const expanded = fixture("charge.updated/expanded-endive");
const refund = fixture("refund.created/three-ways-endive");
const dispute = fixture("charge.dispute.funds_reinstated/won-endive");
const link = fixture("invoice_payment.paid/renewal-basil");
const session = fixture("checkout.session.completed/top-up-basil");
const intent = fixture("payment_intent.succeeded/renewal-basil");
const payout = fixture("payout.paid/november");
const row = fixture("balance_transaction.created/renewal-basil");

test.each([
  ["a fraction", 4.99],
  ["2^53", 2 ** 53],
  ["−2^53", -(2 ** 53)],
  ["1e300", 1e300],
  ["a text of digits, as at Paddle", "499"],
  ["an empty text", ""],
  ["a boolean", true],
  ["a list", [499]],
  ["an object", { amount: 499 }],
])("an amount that is %s", (_, value) => {
  const places: [StripeEvent, string][] = [
    [old, "total"],
    [old, "amount_due"],
    [old, "ending_balance"],
    [old, "lines.data.0.amount"],
    [old, "lines.data.0.discount_amounts.0.amount"],
    [old, "total_tax_amounts.0.amount"],
    [old, "total_discount_amounts.1.amount"],
    [endive, "total_taxes.0.amount"],
    [charge, "amount"],
    [charge, "amount_refunded"],
    [charge, "refunds.data.0.amount"],
    [refund, "amount"],
    [dispute, "amount"],
    [dispute, "balance_transactions.1.net"],
    [link, "amount_paid"],
    [session, "amount_total"],
    [intent, "amount_received"],
    [payout, "amount"],
    [row, "fee"],
  ];
  for (const [event, path] of places)
    expect(parkedAs(withObject(event, { [path]: value }))).toContain(`amount_invalid data.object.${path}`);
});

test("2^53 + 1 reaches us rounded, and is not taken for what it was", () => {
  const text = bytesOf(withObject(payout, { amount: 123456 })).toString();
  const body = Buffer.from(text.replace(":123456", ":9007199254740993"));
  expect(normalisedBytes(body)).toMatchObject({ kind: "parked", reason: "amount_invalid" });
});

test.each<[string, StripeEvent, Record<string, unknown>, string]>([
  ["a currency nobody has", old, { currency: "xts" }, "currency_unknown data.object.currency"],
  [
    "a currency that is a key of every object",
    old,
    { currency: "constructor" },
    "currency_unknown data.object.currency",
  ],
  ["no currency", old, { currency: undefined }, "schema_invalid data.object.currency"],
  [
    "a line in another currency",
    old,
    { "lines.data.1.currency": "eur" },
    "currency_mismatch data.object.lines.data.1.currency",
  ],
  [
    "a refund in another currency than its charge",
    charge,
    { "refunds.data.0.currency": "eur" },
    "currency_mismatch data.object.refunds.data.0.currency",
  ],
  ["a checkout in no currency", session, { currency: "xts" }, "currency_unknown data.object.currency"],
  ["no id", old, { id: undefined }, "schema_invalid data.object.id"],
  ["an id with NUL", old, { id: "in_\u0000" }, "text_invalid data.object.id"],
  ["a customer with a lone surrogate", old, { customer: "cus_\ud800" }, "text_invalid data.object.customer"],
  [
    "an expanded customer without id",
    old,
    { customer: { object: "customer" } },
    "schema_invalid data.object.customer",
  ],
  ["a line without id", old, { "lines.data.0.id": undefined }, "schema_invalid data.object.lines.data.0.id"],
  ["lines that are a list", old, { lines: [] }, "schema_invalid data.object.lines"],
  [
    "a price that is neither an id nor whole",
    endive,
    { "lines.data.0.pricing.price_details.price": { id: 7 } },
    "schema_invalid data.object.lines.data.0.pricing.price_details.price",
  ],
  [
    "a tax that is neither inside nor on top",
    endive,
    { "total_taxes.0.tax_behavior": "beside" },
    "schema_invalid data.object.total_taxes.0.tax_behavior",
  ],
  ["an unknown status", old, { status: "archived" }, "unknown_status data.object.status"],
  [
    "a status that is a key of every object",
    old,
    { status: "__proto__" },
    "unknown_status data.object.status",
  ],
  ["no status", old, { status: null }, "unknown_status data.object.status"],
  ["a negative amount due", old, { amount_due: -1 }, "amount_negative data.object.amount_due"],
  ["no total", old, { total: undefined }, "amount_invalid data.object.total"],
  ["S1: more is due than is asked for", old, { amount_due: 14_459 }, "identity_S1 data.object.amount_due"],
  [
    "S1: less is due than is asked for, and more was paid",
    old,
    { starting_balance: 0, ending_balance: 0, amount_due: 14_158 },
    "identity_S1 data.object.amount_due",
  ],
  [
    "S1: less is due than is asked for, and less was paid",
    old,
    { starting_balance: 0, ending_balance: 0, amount_due: 14_158, amount_paid: 14_000 },
    "identity_S1 data.object.amount_due",
  ],
  [
    "S1: less is due than is asked for, and more remains of it",
    old,
    {
      starting_balance: 0,
      ending_balance: 0,
      status: "open",
      amount_due: 14_158,
      amount_paid: 0,
      amount_remaining: 14_458,
    },
    "identity_S1 data.object.amount_due",
  ],
  [
    "S1: a balance that fell for nothing",
    endive,
    { ending_balance: -1 },
    "identity_S1 data.object.amount_due",
  ],
  [
    "S3: a total that forgets its tax",
    endive,
    { total_excluding_tax: 17_493 },
    "identity_S3 data.object.total",
  ],
  ["two shapes with different taxes", dual, { tax: 959 }, "shapes_disagree data.object.total_taxes"],
  [
    "two shapes with different lists of taxes",
    dual,
    { "total_tax_amounts.0.amount": 959, tax: null },
    "shapes_disagree data.object.total_taxes",
  ],
  [
    "two shapes of which one has the tax inside",
    dual,
    { "total_tax_amounts.0.inclusive": true },
    "shapes_disagree data.object.total_taxes",
  ],
  [
    "an old list of taxes that is not the old figure",
    old,
    { tax: 1 },
    "shapes_disagree data.object.total_tax_amounts",
  ],
  [
    "two shapes with different subscriptions",
    dual,
    { subscription: "sub_1" },
    "shapes_disagree data.object.parent.subscription_details.subscription",
  ],
  [
    "two shapes with different prices",
    dual,
    { "lines.data.0.price.id": "price_1" },
    "shapes_disagree data.object.lines.data.0.pricing.price_details.price",
  ],
  [
    "two shapes with different products",
    dual,
    { "lines.data.0.price.product": "prod_1" },
    "shapes_disagree data.object.lines.data.0.pricing.price_details.product",
  ],
  [
    "two shapes of which one is a part-period",
    dual,
    { "lines.data.1.proration": false },
    "shapes_disagree data.object.lines.data.1.parent",
  ],
  [
    "two shapes with different taxes of a line",
    dual,
    { "lines.data.1.tax_amounts.0.amount": 1 },
    "shapes_disagree data.object.lines.data.1.taxes",
  ],
  ["an unknown status of a charge", charge, { status: "maybe" }, "schema_invalid data.object.status"],
  [
    "a charge that does not say whether it was captured",
    charge,
    { captured: undefined },
    "schema_invalid data.object.captured",
  ],
  [
    "a row whose net is not its amount less its fee",
    expanded,
    { "balance_transaction.net": 1 },
    "balance_row_net data.object.balance_transaction.net",
  ],
  [
    "a row that is neither an id nor whole",
    expanded,
    { "balance_transaction.amount": "1" },
    "schema_invalid data.object.balance_transaction",
  ],
  [
    "a row of a dispute that does not add up",
    dispute,
    { "balance_transactions.1.net": 1 },
    "balance_row_net data.object.balance_transactions.1.net",
  ],
  ["an imported row that does not add up", row, { net: 1 }, "balance_row_net data.object.net"],
  ["an unknown status of a dispute", dispute, { status: "arbitration" }, "unknown_status data.object.status"],
  [
    "a dispute of no payment",
    dispute,
    { charge: null, payment_intent: null },
    "payment_missing data.object.charge",
  ],
  [
    "a dispute without a list of rows",
    dispute,
    { balance_transactions: undefined },
    "schema_invalid data.object.balance_transactions",
  ],
  ["an unknown status of a refund", refund, { status: "maybe" }, "schema_invalid data.object.status"],
  ["no status of a refund", refund, { status: null }, "schema_invalid data.object.status"],
  [
    "an invoice payment of an unknown kind",
    link,
    { "payment.type": "barter" },
    "schema_invalid data.object.payment.type",
  ],
  [
    "an invoice payment without its intent",
    link,
    { "payment.payment_intent": undefined },
    "data.object.payment.payment_intent",
  ],
  ["an invoice payment of no invoice", link, { invoice: null }, "data.object.invoice"],
  ["an unknown mode of a checkout", session, { mode: "barter" }, "schema_invalid data.object.mode"],
  ["an unknown status of a payout", payout, { status: "lost" }, "schema_invalid data.object.status"],
])("%s is parked", (_, event, changes, expected) => {
  expect(parkedAs(withObject(event, changes))).toContain(expected);
});

test.each([
  ["null", null],
  ["nothing", undefined],
  ["a list", []],
  ["a text", "invoice"],
  ["an object without object", {}],
  ["an object whose object is null", { object: null }],
])("data that is %s is parked as missing", (_, data) => {
  for (const event of [old, charge, payout])
    expect(normalised({ ...event, data })).toEqual({
      kind: "parked",
      reason: "data_missing",
      detail: "data.object",
    });
});

test.each([["a text"], [7], [true], [[]], [{}]])("an object that is %j is parked", (object) => {
  for (const event of [old, charge, refund, dispute, link, session, intent, payout, row])
    expect(normalised({ ...event, data: { object } }).kind).toBe("parked");
});

test("20,000 levels are parked, and nothing overflows", () => {
  const text = bytesOf(withObject(old, { metadata: "HERE" })).toString();
  for (const [open, close] of [
    ["[", "]"],
    ['{"a":', "}"],
  ] as const) {
    const deep = Buffer.from(text.replace('"HERE"', `${open.repeat(20_000)}1${close.repeat(20_000)}`));
    expect(normalisedBytes(deep)).toMatchObject({ kind: "parked", reason: "too_deep" });
  }
});

test("`__proto__` adds nothing to a body that lacks it", () => {
  const text = bytesOf(withObject(charge, { captured: undefined })).toString();
  const body = Buffer.from(text.replace('"object":{', '"object":{"__proto__":{"captured":true},'));
  expect(normalisedBytes(body)).toMatchObject({ detail: expect.stringContaining("data.object.captured") });
});

test("what is parked points to the place and never repeats a value", () => {
  for (const path of ["customer", "status", "amount_due", "currency", "lines", "created", "livemode"])
    expect(parkedAs(withObject(old, { [path]: "ann@example.com\u0000" }))).not.toContain("ann@");
});

describe("whatever is done to a body", () => {
  const hostile = fc.oneof(
    fc.constantFrom<unknown>(
      null,
      undefined,
      "",
      "\u0000",
      "\ud800",
      0,
      -0,
      -1,
      1.5,
      2 ** 53,
      1e308,
      true,
      [],
      {},
    ),
    fc.constantFrom<unknown>("__proto__", { id: 7 }, { id: "x", object: "invoice" }, { data: [null] }, [[]]),
    fc.jsonValue({ maxDepth: 2 }),
    fc.maxSafeInteger(),
  );
  const bodies = allEvents()
    .filter(([, event]) => event.data?.object)
    .map(([, event]) => ({ event, paths: pathsOf(event.data.object) }));
  const damaged = fc
    .tuple(fc.nat(), fc.array(fc.tuple(fc.nat(), hostile), { minLength: 1, maxLength: 3 }))
    .map(([which, changes]) => {
      const { event, paths } = bodies[which % bodies.length] as (typeof bodies)[number];
      return changes.reduce(
        (copy, [at, value]) => damage(copy, paths[at % paths.length] as string, value),
        event,
      );
    });

  /** Every path of an event's object, inner ones too. */
  function pathsOf(value: unknown): string[] {
    if (typeof value !== "object" || value === null) return [];
    const entries = Object.entries(value).filter(([key]) => !key.includes("."));
    return entries.flatMap(([key, inner]) => [key, ...pathsOf(inner).map((path) => `${key}.${path}`)]);
  }

  /** A change can be below one that was made before: then there is nothing to change. */
  function damage(event: StripeEvent, path: string, value: unknown): StripeEvent {
    try {
      return withObject(event, { [path]: value });
    } catch {
      return event;
    }
  }

  /** Amounts of 64 bits, no numbers that could be rounded, and text that every database can keep. */
  function checkStorable(key: string, value: unknown): unknown {
    if (typeof value === "number") throw new Error(`${key} is a number`);
    if (typeof value === "bigint") {
      expect(value >= -(2n ** 63n) && value < 2n ** 63n).toBe(true);
      return String(value);
    }
    if (typeof value === "string") expect(value.isWellFormed() && !value.includes("\u0000")).toBe(true);
    return value;
  }

  test("it becomes facts that can be stored, or is ignored, or parked at a place: never an exception", () => {
    fc.assert(
      fc.property(damaged, (event) => {
        const result = normalised(event);
        if (result.kind === "parked") expect(result.detail).toMatch(/^data\.object/);
        if (result.kind !== "facts") return;
        for (const fact of result.facts) expect(isName(fact.ref)).toBe(true);
        JSON.stringify(result.facts, checkStorable);
      }),
      { numRuns: propertyRuns(500) },
    );
  });
});
