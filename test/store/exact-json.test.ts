import { fromText, toText } from "../../src/store/engine/exact-json.ts";
import { storable } from "../../src/store/engine/statements.ts";

test("an integer beyond what a number holds comes back exactly", () => {
  const totals = [{ currency: "USD", left: 2n ** 62n + 1n, right: -(2n ** 62n) - 1n, difference: 0n }];
  expect(fromText(toText(totals))).toEqual(totals);
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
