import fc from "fast-check";
import type { LineFact } from "../../src/domain/facts/facts.ts";
import { distinctLines } from "../../src/providers/kit/distinct-lines.ts";
import { line } from "../domain/build.ts";
import { normalised, fixture as paddleFixture } from "./paddle/bodies.ts";
import { factsOf, fixture as stripeFixture, withObject } from "./stripe/bodies.ts";

const read = (line: LineFact, uniqueId: string | null = null) => ({ line, uniqueId });
const refsOf = (lines: readonly LineFact[]) => lines.map(({ ref, sharedId }) => [ref, sharedId]);

test("lines with ids of their own keep them, whatever else they are called", () => {
  expect(refsOf(distinctLines([read(line("a", 1n), "u1"), read(line("b", 1n), "u1")]))).toEqual([
    ["a", undefined],
    ["b", undefined],
  ]);
});

test("lines that share an id go by their other name, or by their number among them", () => {
  const told = [
    read(line("sub", 5n), "il_2"),
    read(line("sub", 7n), null),
    read(line("sub", 6n), null),
    read(line("x", 1n)),
  ];
  expect(refsOf(distinctLines(told))).toEqual([
    ["il_2", "sub"],
    ["sub#2", "sub"],
    ["sub#1", "sub"],
    ["x", undefined],
  ]);
});

test("another name that is taken tells nothing apart", () => {
  const told = [read(line("sub", 5n), "x"), read(line("sub", 6n), "x"), read(line("x", 1n))];
  expect(new Set(distinctLines(told).map(({ ref }) => ref)).size).toBe(3);
});

test("in whatever order they are listed, each has the same ref, and no two have one", () => {
  const told = fc.array(
    fc.record({
      id: fc.constantFrom("a", "a#1", "b"),
      uniqueId: fc.constantFrom(null, "u", "a#2", "b"),
      price: fc.constantFrom("p", "q"),
      total: fc.bigInt({ min: 0n, max: 3n }),
    }),
    { maxLength: 6 },
  );
  fc.assert(
    fc.property(told, fc.infiniteStream(fc.nat()), (lines, order) => {
      const made = lines.map(({ id, uniqueId, price, total }) =>
        read(line(id, total, { priceRef: price }), uniqueId),
      );
      const shuffled = made
        .map((one) => ({ one, at: order.next().value }))
        .sort((a, b) => a.at - b.at)
        .map(({ one }) => one);
      const named = (of: LineFact[]) =>
        of.map(({ ref, priceRef, total }) => `${ref} ${priceRef} ${total}`).sort();
      expect(named(distinctLines(shuffled))).toEqual(named(distinctLines(made)));
      expect(new Set(distinctLines(made).map(({ ref }) => ref)).size).toBe(made.length);
    }),
  );
});

test("an invoice of before 2019-12-03, whose lines are named by their subscription", () => {
  const invoice = stripeFixture("invoice.paid/discounts-2024");
  const [first] = invoice.data.object.lines.data;
  const changes = {
    "lines.data.0.unique_id": "il_1",
    "lines.data.1.id": first.id,
    "lines.data.1.unique_id": "il_2",
  };
  const [fact] = factsOf(withObject(invoice, changes));
  expect(fact).toMatchObject({
    lines: [
      { ref: "il_1", sharedId: first.id },
      { ref: "il_2", sharedId: first.id },
    ],
  });
});

test("a line that is named as shipping is another than shipping", () => {
  const invoice = stripeFixture("invoice.paid/discounts-2024");
  const { id } = invoice.data.object;
  const [fact] = factsOf(withObject(invoice, { "lines.data.1.id": `${id}:shipping` }));
  expect(fact).toMatchObject({ lines: [{}, { ref: `${id}:shipping` }] });
});

test("a transaction whose lines share an id", () => {
  const event = structuredClone(paddleFixture("transaction.completed/seed"));
  const [item] = event.data.details.line_items;
  const none = { subtotal: "0", discount: "0", tax: "0", total: "0" };
  event.data.details.line_items = [item, { ...item, totals: none }];
  expect(normalised(event)).toMatchObject({
    kind: "facts",
    facts: [
      {
        lines: [
          { sharedId: item.id, total: 1999n },
          { sharedId: item.id, total: 0n },
        ],
      },
    ],
  });
});
