import { topUp } from "../../../src/domain/wallet/moves.ts";
import type { Wallet } from "../../../src/domain/wallet/wallet.ts";
import { because, byAccount, day, days, idOf, walletOf } from "../build.ts";

const plan = (amount: bigint, priority = 0, expiresAfterDays: number | null = null) => ({
  amount,
  priority,
  expiresAfterDays,
});
const indebted: Wallet = {
  ...walletOf(),
  recovery: 150n,
  recoveries: [
    { chargeId: idOf("txn_8"), open: 100n },
    { chargeId: idOf("txn_9"), open: 50n },
  ],
};

describe("a top-up", () => {
  test("becomes lots, one per plan, that expire counting from when it settled", () => {
    const { wallet, line } = topUp(
      walletOf({ remaining: 7n }),
      because("txn_1", 3),
      [plan(300n, 1), plan(199n, 0, 30)],
      day(2),
    );
    expect(wallet.lots.slice(1)).toMatchObject([
      { ordinal: 2, amount: 300n, remaining: 300n, priority: 1, expiresAt: null, chargeId: idOf("txn_1") },
      { ordinal: 3, amount: 199n, remaining: 199n, priority: 0, expiresAt: day(2) + days(30) },
    ]);
    expect(wallet).toMatchObject({ paid: 506n, lotCount: 3, seq: 1 });
    expect(line).toMatchObject({
      kind: "top_up",
      amount: 499n,
      balanceAfter: 506n,
      requested: 499n,
      uncovered: 0n,
    });
  });

  test("is sold into the wallet", () => {
    expect(byAccount(topUp(walletOf(), because("txn_1", 3), [plan(499n)], day(2)))).toEqual({
      "liabilities:wallet:1:paid": -499n,
      "revenue:sold_into_wallets": 499n,
    });
  });

  test.each([
    // What is topped up, what then is open of the two recoveries, what the wallet gets.
    [60n, [40n, 50n], 0n],
    [100n, [50n], 0n],
    [120n, [30n], 0n],
    [150n, [], 0n],
    [499n, [], 349n],
  ])("of %s first repays what is owed, the oldest first", (amount, open, paid) => {
    const change = topUp(indebted, because("txn_1", 3), [plan(amount)], day(2));
    expect(change.wallet.recoveries.map((recovery) => recovery.open)).toEqual(open);
    expect(change.wallet).toMatchObject({ paid, recovery: open.reduce((sum, one) => sum + one, 0n) });
    expect(change.line).toMatchObject({ requested: amount, amount: paid });
  });

  test("what repays is not in the lots; nothing left is no lot", () => {
    const { wallet } = topUp(indebted, because("txn_1", 3), [plan(100n, 1), plan(399n, 0, 30)], day(2));
    expect(wallet.lots).toMatchObject([{ amount: 349n, priority: 0 }]);
    const change = topUp(indebted, because("txn_1", 3), [plan(150n)], day(2));
    expect(change.wallet.lots).toEqual([]);
    expect(byAccount(change)).toEqual({ "assets:recovery:1": -150n, "revenue:sold_into_wallets": 150n });
  });
});
