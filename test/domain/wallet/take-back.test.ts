import { takeBack } from "../../../src/domain/wallet/moves.ts";
import type { Lot, Wallet } from "../../../src/domain/wallet/wallet.ts";
import { because, byAccount, day, idOf, remaining, walletOf } from "../build.ts";

const own = (of: Partial<Lot>): Partial<Lot> => ({ chargeId: idOf("txn_1"), ...of });
const other = (of: Partial<Lot>): Partial<Lot> => ({ chargeId: idOf("txn_2"), ...of });
const take = (wallet: Wallet, amount: bigint, account: "write_off" | "recover" = "write_off") =>
  takeBack(wallet, because("txn_1", 5), { kind: "take_back", amount, onUncovered: account });

describe("a take-back draws on", () => {
  test.each<[string, Partial<Lot>[], bigint, { left: bigint[]; uncovered: bigint; expired: bigint }]>([
    // The lots, what is taken back, what is left of each, what no value covered, what had expired of its own.
    [
      "its own lots first",
      [other({ remaining: 500n }), own({ remaining: 500n })],
      300n,
      { left: [500n, 200n], uncovered: 0n, expired: 0n },
    ],
    [
      "then what of them had expired: no debt arises",
      [own({ remaining: 100n, expired: 400n }), other({ remaining: 500n })],
      300n,
      { left: [100n - 100n, 500n], uncovered: 0n, expired: 200n },
    ],
    [
      "then the wallet's other paid lots",
      [own({ remaining: 100n }), other({ remaining: 500n })],
      300n,
      { left: [0n, 300n], uncovered: 0n, expired: 0n },
    ],
    [
      "and never on what expired of another charge",
      [own({ remaining: 100n }), other({ remaining: 50n, expired: 500n })],
      300n,
      { left: [0n, 0n], uncovered: 150n, expired: 0n },
    ],
    [
      "never on promo value",
      [{ kind: "promo", remaining: 500n }],
      300n,
      { left: [500n], uncovered: 300n, expired: 0n },
    ],
    ["granted paid value too", [{ remaining: 500n }], 300n, { left: [200n], uncovered: 0n, expired: 0n }],
    [
      "all of it in that order",
      [own({ remaining: 100n, expired: 50n }), { kind: "promo", remaining: 9n }, other({ remaining: 30n })],
      300n,
      { left: [0n, 9n, 0n], uncovered: 120n, expired: 50n },
    ],
    [
      "its own lots by priority",
      [own({ remaining: 100n, priority: 2 }), own({ remaining: 100n, priority: 1 })],
      150n,
      { left: [50n, 0n], uncovered: 0n, expired: 0n },
    ],
    [
      "then by the soonest expiry",
      [own({ remaining: 100n }), own({ remaining: 100n, expiresAt: day(9) })],
      150n,
      { left: [50n, 0n], uncovered: 0n, expired: 0n },
    ],
    [
      "then by age",
      [own({ remaining: 100n }), own({ remaining: 100n })],
      150n,
      { left: [0n, 50n], uncovered: 0n, expired: 0n },
    ],
  ])("%s", (_, lots, amount, { left, uncovered, expired }) => {
    const { wallet, line } = take(walletOf(...lots), amount);
    expect(remaining(wallet)).toEqual(left);
    expect(line).toMatchObject({
      kind: "take_back",
      requested: amount,
      uncovered,
      covered: amount - uncovered,
    });
    expect(-line.lotMoves.reduce((sum, move) => sum + move.expired, 0n)).toBe(expired);
  });

  test("held value too: the provider took the money", () => {
    const lots = [own({ remaining: 100n }), other({ remaining: 400n })];
    const { wallet } = take({ ...walletOf(...lots), held: 400n }, 300n);
    expect([wallet.paid, wallet.held]).toEqual([200n, 400n]);
  });
});

describe("the entry of a take-back", () => {
  const spent = () => walletOf(own({ amount: 400n, remaining: 100n, expired: 50n }));

  test("what no value covers is written off", () => {
    const { wallet, line, entry } = take(spent(), 300n);
    expect(byAccount({ wallet, line, entry })).toEqual({
      "expenses:write_off": 150n,
      "liabilities:wallet:1:paid": 100n,
      "revenue:breakage": 50n,
      "revenue:sold_into_wallets": -300n,
    });
    expect(wallet.recovery).toBe(0n);
    expect([line.amount, line.balanceAfter]).toEqual([-100n, 0n]);
  });

  test("or is owed, if the policy says recover", () => {
    const change = take(spent(), 300n, "recover");
    expect(byAccount(change)).toMatchObject({ "assets:recovery:1": 150n });
    expect(change.wallet.recovery).toBe(150n);
    expect(change.wallet.recoveries).toEqual([{ chargeId: idOf("txn_1"), open: 150n }]);
  });

  test("one lot that gave what was left and what had expired is one move", () => {
    expect(take(spent(), 150n).line.lotMoves).toMatchObject([
      { ordinal: 1, remaining: -100n, expired: -50n },
    ]);
  });

  test("it is the wallet's next line", () => {
    const { wallet, line, entry } = take({ ...spent(), seq: 6 }, 1n);
    expect([wallet.seq, line.seq, entry.ordinal, line.entryId]).toEqual([7, 7, 7, entry.id]);
  });
});
