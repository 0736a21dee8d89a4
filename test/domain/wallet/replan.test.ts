import type { LotPlan } from "../../../src/domain/policy/lot-plans.ts";
import type { Lot } from "../../../src/domain/wallet/wallet.ts";
import { replan } from "../../../src/domain/wallet/wallet-side.ts";
import { because, byAccount, day, days, idOf, walletOf } from "../build.ts";

const own = (amount: bigint, of: Partial<Lot> = {}): Partial<Lot> => ({
  amount,
  chargeId: idOf("in_1"),
  ...of,
});
const plan = (amount: bigint, expiresAfterDays: number | null, priority = 0): LotPlan => ({
  amount,
  expiresAfterDays,
  priority,
});
/** What is left, in so many days, at which priority. */
type Shown = readonly [remaining: bigint, daysLeft: bigint | null, priority: number];

function planned(lots: readonly Partial<Lot>[], plans: readonly LotPlan[]): readonly Shown[] | null {
  const change = replan(walletOf(...lots), because("in_1", 9), plans, day(1));
  if (change === null) return null;
  expect(change.line).toMatchObject({ kind: "replanned", amount: 0n, requested: 0n, covered: 0n });
  expect(byAccount(change)).toEqual({});
  return change.wallet.lots.map(({ remaining, expiresAt, priority }) => [
    remaining,
    expiresAt === null ? null : (expiresAt - day(1)) / days(1),
    priority,
  ]);
}

test.each<[string, Partial<Lot>[], LotPlan[], Shown[] | null]>([
  ["what is as planned stays as it is", [own(500n)], [plan(500n, null)], null],
  ["another expiry", [own(500n)], [plan(500n, 30)], [[500n, 30n, 0]]],
  ["another priority", [own(500n)], [plan(500n, null, 3)], [[500n, null, 3]]],
  ["none at all", [own(500n, { expiresAt: day(31) })], [plan(500n, null)], [[500n, null, 0]]],
  ["what was spent stays spent", [own(500n, { remaining: 200n })], [plan(500n, 30)], [[200n, 30n, 0]]],
  [
    "what is spent goes back to a lot as planned",
    [own(500n, { remaining: 0n })],
    [plan(500n, 30)],
    [[0n, 30n, 0]],
  ],
  [
    "several plans: the first to be spent was spent",
    [own(1000n, { remaining: 700n })],
    [plan(600n, 365), plan(400n, 30)],
    [
      [100n, 30n, 0],
      [600n, 365n, 0],
    ],
  ],
  [
    "a lot that has one of the plans keeps it",
    [own(1000n, { expiresAt: day(366) })],
    [plan(600n, 365), plan(400n, 30)],
    [
      [600n, 365n, 0],
      [400n, 30n, 0],
    ],
  ],
  [
    "others' lots, and what was given away, are no part of it",
    [
      { amount: 70n, chargeId: idOf("other") },
      { amount: 80n, kind: "promo", chargeId: idOf("in_1") },
      own(500n),
    ],
    [plan(500n, 30)],
    [
      [70n, null, 0],
      [80n, null, 0],
      [500n, 30n, 0],
    ],
  ],
  ["what sells nothing plans nothing", [own(500n)], [], null],
])("%s", (_, lots, plans, shown) => {
  expect(planned(lots, plans)).toEqual(shown);
});
