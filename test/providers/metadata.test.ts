import { readMetadata, readMetadataOf } from "../../src/providers/kit/fields.ts";
import { normalised, fixture as paddleFixture, withData } from "./paddle/bodies.ts";
import { factsOf as stripeFactsOf, fixture as stripeFixture, withObject } from "./stripe/bodies.ts";

test.each<[string, unknown, unknown]>([
  ["a text is itself", '"42"', "42"],
  ["… also one that looks like something else", '"null"', "null"],
  ["… or like a list", '"[]"', "[]"],
  ["a number is its text", "42", "42"],
  ["… a fraction too", "1.5", "1.5"],
  ["null is absent", "null", undefined],
  ["a list is none", "[]", { json: "[]" }],
  ["an object is none", '{"id":1}', { json: '{"id":1}' }],
  ["a flag is none", "true", { json: "true" }],
  [
    "a number that was rounded is none: another would be taken for it",
    "9007199254740993",
    { json: "9007199254740992" },
  ],
  ["a number beyond all numbers is none", "1e400", { json: "null" }],
])("under a key of metadata %s", (_, json, read) => {
  expect(readMetadata(JSON.parse(`{"key":${json}}`))).toEqual(read === undefined ? {} : { key: read });
});

test.each<[string, unknown, unknown]>([
  ["null is nothing", null, null],
  ["what is not there is nothing", undefined, null],
  ["a text is no object", "text", { "": { json: '"text"' } }],
  ["a list is no object", [], { "": { json: "[]" } }],
  ["a flag is no object", false, { "": { json: "false" } }],
])("as a whole %s", (_, value, read) => {
  expect(readMetadata(value)).toEqual(read);
});

test("null under a key leaves it to the next level", () => {
  expect(readMetadataOf([{ owner: null }, { owner: "acme" }])).toEqual({ owner: "acme" });
});

describe("what moves no money and decides none keeps no document from being read", () => {
  const malformed: unknown[] = ["last week", 7, true, [], {}, "9999-13-01T00:00:00Z"];
  const seed = paddleFixture("transaction.completed/seed");
  test.each([
    "custom_data",
    "billing_period",
    "billing_period.starts_at",
    "invoice_number",
    "origin",
    "collection_mode",
    "subscription_id",
    "created_at",
    "billed_at",
    "payments.0.method_details",
    "details.line_items.0.quantity",
    "details.line_items.0.proration",
    "details.line_items.0.product.name",
  ])("Paddle's %s", (path) => {
    for (const value of malformed)
      expect(normalised(withData(seed, path, value))).toMatchObject({
        kind: "facts",
        facts: [{ total: 1999n }],
      });
  });

  const invoice = stripeFixture("invoice.paid/discounts-2024");
  test.each([
    "metadata",
    "number",
    "billing_reason",
    "collection_method",
    "subscription",
    "created",
    "livemode",
    "status_transitions",
    "parent",
    "lines.data.0.quantity",
    "lines.data.0.description",
    "lines.data.0.period",
    "lines.data.0.proration",
    "lines.data.0.metadata",
  ])("Stripe's %s", (path) => {
    const { total } = invoice.data.object;
    for (const value of malformed)
      expect(stripeFactsOf(withObject(invoice, { [path]: value }))).toMatchObject([{ total: BigInt(total) }]);
  });

  test("a quantity that is none is unknown", () => {
    const half = withData(seed, "details.line_items.0.quantity", 1.5);
    expect(normalised(half)).toMatchObject({ facts: [{ lines: [{ quantity: null }] }] });
    const sent = withObject(invoice, { "lines.data.0.quantity": "a seat" });
    expect(stripeFactsOf(sent)).toMatchObject([{ lines: [{ quantity: null }, {}] }]);
  });
});
