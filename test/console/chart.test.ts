import { ticksOf } from "../../src/console/chart.tsx";

const largest = 2n ** 63n - 1n;

/** From what to what, and where the lines are. */
const cases: readonly (readonly [lowest: bigint, largest: bigint, ticks: readonly bigint[]])[] = [
  [0n, 0n, [0n]],
  [0n, 1n, [0n, 1n]],
  [0n, 7n, [0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n]],
  [0n, 100n, [0n, 50n, 100n]],
  [0n, 499n, [0n, 200n, 400n, 600n]],
  [-150n, 320n, [-200n, 0n, 200n, 400n]],
  [-7n, 0n, [-7n, -6n, -5n, -4n, -3n, -2n, -1n, 0n]],
  [0n, largest, [0n, 5n * 10n ** 18n, 10n ** 19n]],
];

test.each(cases)("from %p to %p", (lowest, top, ticks) => {
  expect(ticksOf(lowest, top)).toEqual(ticks);
});

test("the lines are at most ten, the lowest is not above what is lowest, and the highest not below what is largest", () => {
  for (const top of [1n, 9n, 10n, 11n, 99n, 101n, 12_345n, 999_999n, 10n ** 12n + 1n, largest])
    for (const lowest of [0n, -1n, -top / 3n, -top]) {
      const ticks = ticksOf(lowest, top);
      expect(ticks.length).toBeLessThanOrEqual(10);
      expect((ticks[0] ?? 1n) <= lowest && (ticks.at(-1) ?? 0n) >= top).toBe(true);
      expect(ticks).toContain(0n);
    }
});
