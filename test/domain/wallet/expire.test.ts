import { expire } from "../../../src/domain/wallet/moves.ts";
import type { Lot } from "../../../src/domain/wallet/wallet.ts";
import type { WalletChange } from "../../../src/domain/wallet/wallet-change.ts";
import { because, byAccount, day, remaining, walletOf } from "../build.ts";

const on = (number: number) => ({ ...because("txn_1", number), chargeId: null });

test.each<[string, Partial<Lot>[], bigint, number, bigint[]]>([
  // Its lots, what is held, the day, and what is left of each lot.
  ["nothing is due before its time", [{ remaining: 100n, expiresAt: day(10) }], 0n, 9.99999, [100n]],
  ["at its very moment a lot is due", [{ remaining: 100n, expiresAt: day(10) }], 0n, 10, [0n]],
  ["a lot without a time never is", [{ remaining: 100n }], 0n, 9999, [100n]],
  [
    "only what is due",
    [
      { remaining: 100n, expiresAt: day(10) },
      { remaining: 50n, expiresAt: day(20) },
    ],
    0n,
    10,
    [0n, 50n],
  ],
  ["what is held does not expire", [{ remaining: 100n, expiresAt: day(10) }], 70n, 10, [70n]],
  [
    "a hold is backed by what is not due, as far as that goes",
    [{ remaining: 100n, expiresAt: day(10) }, { remaining: 50n }],
    70n,
    10,
    [20n, 50n],
  ],
  ["all is held", [{ remaining: 100n, expiresAt: day(10) }], 100n, 10, [100n]],
])("%s", (_, lots, held, number, left) => {
  const wallet = { ...walletOf(...lots), held };
  expect(remaining(expire(wallet, on(number))?.wallet ?? wallet)).toEqual(left);
});

test("nothing due is no line", () => {
  expect(expire(walletOf({ remaining: 100n, expiresAt: day(10) }), on(9))).toBeNull();
  expect(expire(walletOf({ remaining: 0n, expired: 5n, expiresAt: day(1) }), on(9))).toBeNull();
});

test("paid value becomes breakage, promo value was never money", () => {
  const wallet = walletOf(
    { remaining: 100n, expiresAt: day(1) },
    { kind: "promo", remaining: 30n, expiresAt: day(1) },
  );
  const change = expire(wallet, on(2)) as WalletChange;
  expect(byAccount(change)).toEqual({
    "expenses:promo": -30n,
    "liabilities:wallet:1:paid": 100n,
    "liabilities:wallet:1:promo": 30n,
    "revenue:breakage": -100n,
  });
  expect(change.wallet.lots.map((lot) => lot.expired)).toEqual([100n, 30n]);
  expect(change.line).toMatchObject({ kind: "expiry", amount: -130n, requested: 130n, uncovered: 0n });
});
