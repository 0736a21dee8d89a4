import fc from "fast-check";
import { ageGroupOf, ageingGroups, dueOf } from "../../../src/domain/reconciling/ages.ts";
import { ageingOf } from "../../../src/services/reconciling/read-overview.ts";

const now = 1_700_000_000_000_000_000n;
const day = 86_400_000_000_000n;
const dues = fc.oneof(
  fc.bigInt({ min: now - 60n * day, max: now + day }),
  fc
    .integer({ min: 0, max: 40 })
    .chain((days) => fc.constantFrom(...[-1n, 0n, 1n].map((off) => now - BigInt(days) * day + off))),
);

test("what is listed of an age is what is counted of it, to the nanosecond", () => {
  fc.assert(
    fc.property(dues, (dueAt) => {
      const listedIn = ageingGroups.filter((group) => {
        const { dueFrom, dueBefore } = dueOf(group, now);
        return (dueFrom === undefined || dueAt >= dueFrom) && (dueBefore === undefined || dueAt < dueBefore);
      });
      expect(listedIn).toEqual([ageGroupOf(dueAt, now) ?? "not due"]);
    }),
  );
});

test("the ages together are all that is open: number by number, currency by currency, kind by kind", () => {
  const open = fc.record({
    kind: fc.constantFrom("fee_differs", "row_missing"),
    dueAt: dues,
    differences: fc.array(
      fc.record({ currency: fc.constantFrom("USD", "EUR"), amount: fc.bigInt({ min: -500n, max: 500n }) }),
      { maxLength: 2 },
    ),
  });
  fc.assert(
    fc.property(fc.array(open, { maxLength: 30 }), (all) => {
      const { counts, sums, kinds, unmeasured } = ageingOf(all, now, 1_000);
      const total = (of: Readonly<Record<string, number>>) => Object.values(of).reduce((a, b) => a + b, 0);
      expect(total(counts)).toBe(all.length);
      expect(kinds.reduce((sum, kind) => sum + total(kind.counts), 0)).toBe(all.length);
      expect(unmeasured).toBe(all.filter(({ differences }) => differences.length === 0).length);
      for (const { currency, byGroup } of sums) {
        const own = all.flatMap(({ differences }) => differences.filter((one) => one.currency === currency));
        const absolute = own.reduce((sum, { amount }) => sum + (amount < 0n ? -amount : amount), 0n);
        expect(Object.values(byGroup).reduce((a, b) => a + b, 0n)).toBe(absolute);
      }
    }),
  );
});
