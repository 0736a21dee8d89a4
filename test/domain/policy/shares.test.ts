import fc from "fast-check";
import { sum } from "../../../src/domain/money.ts";
import { shareOut } from "../../../src/domain/policy/shares.ts";

test.each([
  // Amount, weights, shares.
  ["in proportion", 100n, [60n, 40n], [60n, 40n]],
  ["a unit left over goes to the largest fraction", 100n, [1n, 2n], [33n, 67n]],
  ["ties go in order", 100n, [1n, 1n, 1n], [34n, 33n, 33n]],
  ["two units to the two largest fractions", 5n, [2n, 3n, 3n], [1n, 2n, 2n]],
  ["a half is not rounded up twice", 1n, [1n, 1n], [1n, 0n]],
  ["nothing to share", 0n, [3n, 4n], [0n, 0n]],
  ["a weight of zero gets nothing", 10n, [0n, 3n, 0n, 4n], [0n, 4n, 0n, 6n]],
  ["a negative weight lowers the others", 499n, [2999n, -1000n], [749n, -250n]],
  ["the seed: 499 of 1999", 499n, [1999n], [499n]],
])("%s", (_, amount, weights, shares) => {
  expect(shareOut(amount, weights, sum(weights))).toEqual(shares);
});

test("shares sum to the amount, and each is within one unit of its quota", () => {
  const weights = fc.array(fc.bigInt({ min: -5000n, max: 9000n }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), weights, (amount, weights) => {
      const whole = sum(weights);
      fc.pre(whole > 0n);
      const shares = shareOut(amount, weights, whole);
      expect(sum(shares)).toBe(amount);
      shares.forEach((share, index) => {
        const off = share * whole - amount * (weights[index] as bigint);
        expect(off > -whole && off < whole).toBe(true);
      });
    }),
    { numRuns: 300 },
  );
});
