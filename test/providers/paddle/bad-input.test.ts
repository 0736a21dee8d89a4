import { bytesOf, fixture, normalised, normalisedBytes, type PaddleEvent, withData } from "./bodies.ts";

const seed = fixture("transaction.completed/seed");
const refund = fixture("adjustment.created/refund-pending");
const payout = fixture("payout.paid/june");

/** What became of it, with the place that a person is pointed to. */
function parkedAs(event: PaddleEvent): string {
  const result = normalised(event);
  return result.kind === "parked" ? `${result.reason} ${result.detail}` : result.kind;
}

const amounts: [string, unknown, string][] = [
  ["a decimal", "1.5", "amount_invalid"],
  ["nothing", "", "amount_invalid"],
  ["minus zero", "-0", "amount_invalid"],
  ["an exponent", "1e3", "amount_invalid"],
  ["a leading blank", " 499", "amount_invalid"],
  ["a trailing line feed", "499\n", "amount_invalid"],
  ["a plus sign", "+499", "amount_invalid"],
  ["a leading zero", "0499", "amount_invalid"],
  ["a hexadecimal", "0x1f3", "amount_invalid"],
  ["a separator", "1,999", "amount_invalid"],
  ["Arabic digits", "٤٩٩", "amount_invalid"],
  ["full-width digits", "４９９", "amount_invalid"],
  ["a typographic minus", "−499", "amount_invalid"],
  ["a NUL", "499\u0000", "amount_invalid"],
  ["a lone surrogate", "\ud800", "amount_invalid"],
  ["Infinity", "Infinity", "amount_invalid"],
  ["a number", 499, "amount_invalid"],
  ["a fraction", 4.99, "amount_invalid"],
  ["a boolean", true, "amount_invalid"],
  ["an object", { amount: "499" }, "amount_invalid"],
  ["null", null, "amount_invalid"],
  ["2^63", "9223372036854775808", "amount_out_of_range"],
  ["−2^63", "-9223372036854775808", "amount_out_of_range"],
  ["a million digits", "9".repeat(1_000_000), "amount_out_of_range"],
];

test.each(amounts)("an amount that is %s", (_, value, reason) => {
  expect(parkedAs(withData(seed, "details.totals.total", value))).toMatch(reason);
  expect(parkedAs(withData(seed, "payments.0.amount", value))).toMatch(`${reason} data.payments.0.amount`);
  expect(parkedAs(withData(refund, "totals.total", value))).toMatch(`${reason} data.totals.total`);
  expect(parkedAs(withData(payout, "amount", value))).toMatch(`${reason} data.amount`);
});

test("2^63 − 1 is the largest amount", () => {
  expect(normalised(withData(payout, "amount", "9223372036854775807"))).toMatchObject({
    facts: [{ amount: 9_223_372_036_854_775_807n }],
  });
});

test.each<[string, PaddleEvent, string, unknown, string]>([
  ["a negative payment", seed, "payments.0.amount", "-499", "amount_negative data.payments.0.amount"],
  ["a negative credit", seed, "details.totals.credit", "-1500", "amount_negative data.details.totals.credit"],
  [
    "a negative grand total",
    seed,
    "details.totals.grand_total",
    "-1",
    "amount_negative data.details.totals.grand_total",
  ],
  ["a negative refund", refund, "totals.total", "-1000", "amount_negative data.totals.total"],
  ["a currency nobody has", seed, "currency_code", "XTS", "currency_unknown data.currency_code"],
  ["a currency Paddle has not", seed, "currency_code", "ISK", "currency_unknown data.currency_code"],
  ["a currency in lower case", seed, "currency_code", "usd", "currency_unknown data.currency_code"],
  [
    "a currency that is a key of every object",
    seed,
    "currency_code",
    "constructor",
    "currency_unknown data.currency_code",
  ],
  ["no currency", seed, "currency_code", undefined, "schema_invalid data.currency_code"],
  [
    "totals in another currency",
    seed,
    "details.totals.currency_code",
    "EUR",
    "currency_mismatch data.details.totals",
  ],
  [
    "adjusted totals in another currency",
    seed,
    "details.adjusted_totals.currency_code",
    "EUR",
    "currency_mismatch data.details.adjusted_totals",
  ],
  [
    "payout totals in two currencies",
    seed,
    "details.adjusted_payout_totals",
    { currency_code: "EUR" },
    "currency_mismatch data.details.adjusted_payout_totals",
  ],
  [
    "an unknown payout currency",
    seed,
    "details.payout_totals.currency_code",
    "XTS",
    "currency_unknown data.details.payout_totals.currency_code",
  ],
  [
    "a refund in another currency than its totals",
    refund,
    "currency_code",
    "EUR",
    "currency_mismatch data.totals.currency_code",
  ],
  ["a payout in no currency", payout, "currency_code", "XTS", "currency_unknown data.currency_code"],
  ["no lines", seed, "details.line_items", undefined, "schema_invalid data.details.line_items"],
  ["lines that are null", seed, "details.line_items", null, "schema_invalid data.details.line_items"],
  [
    "an empty list of lines under an amount",
    seed,
    "details.line_items",
    [],
    "identity_I5 data.details.line_items",
  ],
  ["no payments", seed, "payments", undefined, "schema_invalid data.payments"],
  ["payments that are an object", seed, "payments", {}, "schema_invalid data.payments"],
  ["no totals", seed, "details.totals", null, "schema_invalid data.details.totals"],
  ["no details", seed, "details", undefined, "schema_invalid data.details"],
  ["no id", seed, "id", undefined, "schema_invalid data.id"],
  ["an id with NUL", seed, "id", "txn_\u0000", "text_invalid data.id"],
  ["a customer with a lone surrogate", seed, "customer_id", "ctm_\ud800", "text_invalid data.customer_id"],
  [
    "an attempt without id",
    seed,
    "payments.0.payment_attempt_id",
    undefined,
    "schema_invalid data.payments.0.payment_attempt_id",
  ],
  ["a line without id", seed, "details.line_items.0.id", "", "text_invalid data.details.line_items.0.id"],
  ["an unknown status", seed, "status", "archived", "unknown_status data.status"],
  ["a status that is a key of every object", seed, "status", "__proto__", "unknown_status data.status"],
  ["no status", seed, "status", undefined, "schema_invalid data.status"],
  [
    "I1: a total that is not subtotal − discount + tax",
    seed,
    "details.totals.total",
    "2000",
    "identity_I1 data.details.totals",
  ],
  [
    "I2: a grand total that forgets the credit",
    seed,
    "details.totals.grand_total",
    "1999",
    "identity_I2 data.details.totals",
  ],
  [
    "I2: credit issued out of nothing",
    seed,
    "details.totals.credit_to_balance",
    "1",
    "identity_I2 data.details.totals",
  ],
  [
    "I5: a line that is too small",
    seed,
    "details.line_items.0.totals.total",
    "1998",
    "identity_I5 data.details.line_items",
  ],
  [
    "I5: a line whose tax is wrong",
    seed,
    "details.line_items.0.totals.tax",
    "0",
    "identity_I5 data.details.line_items",
  ],
  ["an unknown action", refund, "action", "chargeback_arbitration", "unknown_action data.action"],
  ["an action that is a key of every object", refund, "action", "constructor", "unknown_action data.action"],
  ["no action", refund, "action", undefined, "unknown_action data.action"],
  ["an unknown status of an adjustment", refund, "status", "escalated", "unknown_status data.status"],
  ["no transaction", refund, "transaction_id", null, "schema_invalid data.transaction_id"],
  ["no items", refund, "items", undefined, "schema_invalid data.items"],
  ["an adjustment that does not add up", refund, "totals.tax", "83", "adjustment_total data.totals"],
  ["items that do not add up", refund, "items.0.amount", "999", "adjustment_items data.items"],
  ["a fee that does not add up", refund, "totals.earnings", "860", "fee_identity data.totals"],
  [
    "a dispute fee in no currency",
    refund,
    "payout_totals.chargeback_fee",
    { amount: "1", original: { amount: "1", currency_code: "X" } },
    "currency_unknown",
  ],
  ["an unknown status of a payout", payout, "status", "lost", "unknown_status data.status"],
])("%s", (_, event, path, value, expected) => {
  expect(parkedAs(withData(event, path, value))).toContain(expected);
});

test.each([
  ["null", null],
  ["nothing", undefined],
])("data that is %s", (_, data) => {
  for (const event of [seed, refund, payout])
    expect(normalised({ ...event, data })).toMatchObject({ kind: "parked", reason: "data_missing" });
});

test.each([["text"], [7], [true], [[]], [{}]])("data that is %j", (data) => {
  expect(parkedAs({ ...seed, data })).toMatch(/^schema_invalid data/);
  expect(parkedAs({ ...refund, data })).toMatch(/^unknown_action/);
  expect(parkedAs({ ...payout, data })).toMatch(/^schema_invalid data/);
});

test("an event whose time cannot be read", () => {
  expect(parkedAs({ ...seed, occurred_at: "soon" })).toMatch(/^time_invalid occurred_at/);
});

test("no lines and no amounts agree with each other", () => {
  const event = withData(seed, "details.line_items", []);
  Object.assign(event.data.details.totals, {
    subtotal: "0",
    tax: "0",
    total: "0",
    credit: "0",
    grand_total: "0",
  });
  expect(normalised(event).kind).toBe("facts");
});

describe("20,000 levels", () => {
  const deep = (open: string, close: string) => `${open.repeat(20_000)}1${close.repeat(20_000)}`;
  const withCustomData = (json: string) => {
    const text = bytesOf(withData(seed, "custom_data", "HERE")).toString();
    return Buffer.from(text.replace('"HERE"', json));
  };

  test.each([
    ["arrays", deep("[", "]")],
    ["objects", deep('{"a":', "}")],
  ])("of %s in the custom data are parked, and nothing overflows", (_, json) => {
    expect(normalisedBytes(withCustomData(json))).toMatchObject({ kind: "parked", reason: "too_deep" });
  });

  test("as the whole of data", () => {
    const body = Buffer.from(
      `{"event_id":"evt_1","event_type":"payout.paid","occurred_at":"2026-01-01T00:00:00Z","data":${deep("[", "]")}}`,
    );
    expect(normalisedBytes(body)).toMatchObject({ kind: "parked", reason: "too_deep" });
  });

  test("sixty are enough for anybody", () => {
    expect(normalisedBytes(withCustomData(`${"[".repeat(60)}1${"]".repeat(60)}`)).kind).toBe("facts");
  });
});

test("a body as wide as the inbox lets in is read in good time", () => {
  const wide = withData(
    seed,
    "custom_data",
    Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`key${index}`, [{}]])),
  );
  expect(normalised(wide).kind).toBe("facts");
});

test("of a key that occurs twice the last one counts, and the identities see to the rest", () => {
  const body = Buffer.from(
    bytesOf(seed).toString().replace('"grand_total":"499"', '"grand_total":"499","grand_total":"1999"'),
  );
  expect(normalisedBytes(body)).toMatchObject({ reason: "identity_I2" });
});

test("`__proto__` adds nothing to a body that lacks it", () => {
  const text = bytesOf(withData(seed, "payments", undefined)).toString();
  const body = Buffer.from(text.replace('"data":{', '"data":{"__proto__":{"payments":[]},'));
  expect(normalisedBytes(body)).toMatchObject({
    reason: "schema_invalid",
    detail: expect.stringContaining("data.payments"),
  });
});

test("what is parked points to the place and never repeats a value", () => {
  for (const [path, value] of [
    ["customer_id", "ann@example.com\u0000"],
    ["status", "ann@example.com"],
    ["payments.0.amount", "ann@example.com"],
  ]) {
    expect(parkedAs(withData(seed, path as string, value))).not.toContain("ann@");
  }
});
