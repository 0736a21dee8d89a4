import fc from "fast-check";
import { differencesOf } from "../../../src/domain/reconciling/conclude.ts";
import { rowClasses } from "../../../src/domain/reconciling/level.ts";
import type { ReconciledRow, Stated } from "../../../src/domain/reconciling/reconciled-row.ts";
import { Totals } from "../../../src/domain/reconciling/run.ts";

const stated: fc.Arbitrary<Stated | null> = fc.option(
  fc.record({ currency: fc.constantFrom("USD", "EUR", "JPY"), amount: fc.bigInt(-10_000n, 10_000n) }),
);
const row: fc.Arbitrary<ReconciledRow> = fc
  .record({ class: fc.constantFrom(...rowClasses), left: stated, right: stated })
  .map((sides) => ({
    ...sides,
    key: "k",
    kind: null,
    claim: null,
    subject: null,
    detail: {},
    at: null,
    dueAt: null,
  }));

function totalled(rows: readonly ReconciledRow[]): Totals {
  const totals = new Totals();
  for (const one of rows) totals.add(one);
  return totals;
}

test("the rows' differences are all of the difference, in every currency", () => {
  fc.assert(
    fc.property(fc.array(row), (rows) => {
      const sums = new Map<string, bigint>();
      for (const { currency, amount } of rows.flatMap(differencesOf))
        sums.set(currency, (sums.get(currency) ?? 0n) + amount);
      for (const { currency, left, right, difference, explained, unexplained } of totalled(rows).totals()) {
        expect(difference).toBe(sums.get(currency) ?? 0n);
        expect(difference).toBe(left - right);
        expect(difference).toBe(explained + unexplained);
      }
    }),
  );
});

test("+5 and −5 are two differences, and no match", () => {
  const side = (amount: bigint) => ({ currency: "USD", amount });
  const differing = { key: "k", class: "differs", kind: "net_differs", claim: null, subject: null } as const;
  const rest = { detail: {}, at: null, dueAt: null };
  const totals = totalled([
    { ...differing, left: side(105n), right: side(100n), ...rest },
    { ...differing, left: side(95n), right: side(100n), ...rest },
  ]);
  expect(totals.totals()).toMatchObject([{ difference: 0n, unexplained: 0n }]);
  expect(totals.hasUnexplained).toBe(true);
  expect(totals.counts()).toEqual({ differs: 2 });
});
