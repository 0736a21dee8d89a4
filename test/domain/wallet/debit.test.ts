import { debit, reverseDebit } from "../../../src/domain/wallet/moves.ts";
import type { Lot, Wallet } from "../../../src/domain/wallet/wallet.ts";
import { because, byAccount, day, days, remaining, walletOf } from "../build.ts";

const spend = (wallet: Wallet, amount: bigint, on = 5) => debit(wallet, because("txn_1", on), amount);

describe("a debit", () => {
  test.each<[string, Partial<Lot>[], bigint, bigint, bigint[], bigint]>([
    // Its lots, what is held, what is asked, what is left of each lot, what is uncovered.
    ["takes what it asks", [{ remaining: 500n }], 0n, 300n, [200n], 0n],
    ["records what the wallet cannot pay", [{ remaining: 100n }], 0n, 300n, [0n], 200n],
    ["an empty wallet pays nothing", [], 0n, 300n, [], 300n],
    ["leaves what is held", [{ remaining: 500n }], 400n, 300n, [400n], 200n],
    ["more is held than there is", [{ remaining: 500n }], 600n, 300n, [500n], 300n],
    [
      "spends promo value like any other",
      [{ kind: "promo", remaining: 100n }, { remaining: 100n }],
      0n,
      150n,
      [0n, 50n],
      0n,
    ],
    ["by priority", [{ remaining: 100n, priority: 1 }, { remaining: 100n }], 0n, 150n, [50n, 0n], 0n],
    [
      "then by the soonest expiry",
      [{ remaining: 100n }, { remaining: 100n, expiresAt: day(9) }, { remaining: 100n, expiresAt: day(8) }],
      0n,
      150n,
      [100n, 50n, 0n],
      0n,
    ],
    ["then by age", [{ remaining: 100n }, { remaining: 100n }], 0n, 150n, [0n, 50n], 0n],
  ])("%s", (_, lots, held, amount, left, uncovered) => {
    const { wallet, line } = spend({ ...walletOf(...lots), held }, amount);
    expect(remaining(wallet)).toEqual(left);
    expect(line).toMatchObject({ requested: amount, covered: amount - uncovered, uncovered });
  });

  test("is revenue as far as it is covered; the rest is not posted", () => {
    const change = spend(walletOf({ kind: "promo", remaining: 100n }, { remaining: 50n }), 300n);
    expect(byAccount(change)).toEqual({
      "liabilities:wallet:1:paid": 50n,
      "liabilities:wallet:1:promo": 100n,
      "revenue:usage:paid": -50n,
      "revenue:usage:promo": -100n,
    });
  });
});

describe("giving a debit back", () => {
  const spent = () =>
    spend(walletOf({ kind: "promo", remaining: 100n, expiresAt: day(10) }, { remaining: 50n }), 300n);
  const back = (amount: bigint, on = 6) => {
    const { wallet, line } = spent();
    return reverseDebit(wallet, because("txn_1", on), amount, [line]);
  };

  test("first undoes what was never covered", () => {
    const { line, wallet } = back(140n);
    expect(line).toMatchObject({
      kind: "debit_reversal",
      requested: 140n,
      uncovered: 140n,
      covered: 0n,
      amount: 0n,
    });
    expect(remaining(wallet)).toEqual([0n, 0n]);
  });

  test("then gives back to the lots it came from, the last one first", () => {
    expect(remaining(back(170n).wallet)).toEqual([0n, 20n]);
    expect(remaining(back(300n).wallet)).toEqual([100n, 50n]);
    expect(byAccount(back(300n))).toEqual({
      "liabilities:wallet:1:paid": -50n,
      "liabilities:wallet:1:promo": -100n,
      "revenue:usage:paid": 50n,
      "revenue:usage:promo": 100n,
    });
  });

  test("in two steps ends where one step ends", () => {
    const first = spent();
    const half = reverseDebit(first.wallet, because("txn_1", 6), 200n, [first.line]);
    const rest = reverseDebit(half.wallet, because("txn_1", 7), 100n, [first.line, half.line]);
    expect(remaining(rest.wallet)).toEqual([100n, 50n]);
    expect(rest.line.uncovered).toBe(0n);
  });

  test("a lot that expired meanwhile gets the time it had left", () => {
    expect(back(300n, 20).wallet.lots[0]?.expiresAt).toBe(day(20) + days(5));
  });
});
