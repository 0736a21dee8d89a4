import fc from "fast-check";
import type { DocumentFact, LineFact } from "../../src/domain/facts/facts.ts";
import type { EventId } from "../../src/domain/ids.ts";
import { fromText, toText } from "../../src/store/engine/exact-json.ts";
import { storable } from "../../src/store/engine/statements.ts";

const amount = fc.bigInt(-(2n ** 63n) + 1n, 2n ** 63n - 1n);
/** Any UTF-16, halves of pairs and NUL included. */
const anyText = fc.oneof(
  fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) }),
  fc.constantFrom("\0", "\ud800", "a\udc00b", "12"),
);
/** Keys that are ours elsewhere, keys that are special to JavaScript, and any others. */
const metadata = fc
  .array(fc.tuple(fc.oneof(fc.constantFrom("amount", "total", "__proto__", "constructor"), anyText), anyText))
  .map((entries) => {
    const object: Record<string, string> = {};
    for (const [key, value] of entries) {
      Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
    }
    return object;
  });

const line: fc.Arbitrary<LineFact> = fc.record({
  ref: anyText,
  priceRef: fc.option(anyText, { nil: null }),
  productRef: fc.option(anyText, { nil: null }),
  description: fc.option(anyText, { nil: null }),
  quantity: fc.constantFrom("1", "-0.5"),
  subtotal: amount,
  discount: amount,
  tax: amount,
  total: amount,
  proration: fc.option(
    fc.record({
      rate: fc.option(anyText, { nil: null }),
      startsAt: fc.option(amount, { nil: null }),
      endsAt: fc.option(amount, { nil: null }),
    }),
  ),
  metadata,
});

const fact = fc.record({
  kind: fc.constant("document" as const),
  stamp: fc.record({ eventId: anyText.map((text) => text as EventId), occurredAt: amount }),
  ref: anyText,
  grandTotal: fc.option(amount, { nil: null }),
  fee: fc.option(amount, { nil: null }),
  lines: fc.option(fc.array(line), { nil: null }),
  billingPeriod: fc.option(fc.record({ startsAt: amount, endsAt: amount }), { nil: null }),
  metadata: fc.option(metadata, { nil: null }),
}) satisfies fc.Arbitrary<Partial<DocumentFact>>;

test("a fact comes back exactly, whatever an app put into its metadata", () => {
  fc.assert(
    fc.property(fact, (given) => {
      const text = toText(given);
      expect(text.isWellFormed() && !text.includes("\0")).toBe(true);
      const returned = fromText<typeof given>(text);
      expect(returned).toEqual(given);
      expect(Object.keys(returned.metadata ?? {})).toEqual(Object.keys(given.metadata ?? {}));
    }),
  );
});

test("an own key __proto__ stays a key", () => {
  const given = { metadata: JSON.parse('{"__proto__":"x","amount":"5"}') as object };
  expect(toText(fromText(toText(given)))).toBe('{"metadata":{"__proto__":"x","amount":"5"}}');
});

test.each([
  ["plain", "plain"],
  ["a\0b", "a\\u0000b"],
  ["half \ud83d", "half \\ud83d"],
  ["whole \u{1f600}", "whole \u{1f600}"],
  [5n, 5n],
  [null, null],
])("%j is stored as %j", (given, stored) => {
  expect(storable(given)).toBe(stored);
});
