import { restore, takeBack } from "../../../src/domain/wallet/moves.ts";
import type { Lot, Wallet, WalletLine } from "../../../src/domain/wallet/wallet.ts";
import type { WalletChange } from "../../../src/domain/wallet/wallet-change.ts";
import { because, byAccount, day, days, idOf, remaining, walletOf } from "../build.ts";

const own = (of: Partial<Lot>): Partial<Lot> => ({ chargeId: idOf("txn_1"), ...of });
const other = (of: Partial<Lot>): Partial<Lot> => ({ chargeId: idOf("txn_2"), ...of });

/** A wallet and the lines of its charges, one change after the other. */
class Story {
  wallet: Wallet;
  readonly lines: WalletLine[] = [];
  last: WalletChange | undefined;
  constructor(...lots: Partial<Lot>[]) {
    this.wallet = walletOf(...lots);
  }
  #add(change: WalletChange): this {
    this.wallet = change.wallet;
    this.lines.push(change.line);
    this.last = change;
    return this;
  }
  take(
    amount: bigint,
    on: number,
    { ref = "txn_1", account = "write_off" as "write_off" | "recover" } = {},
  ): this {
    return this.#add(
      takeBack(this.wallet, because(ref, on), { kind: "take_back", amount, onUncovered: account }),
    );
  }
  restore(amount: bigint, on: number, ref = "txn_1"): this {
    return this.#add(restore(this.wallet, because(ref, on), { kind: "restore", amount, lines: this.lines }));
  }
}

describe("a restore", () => {
  test("gives back to the lots it came from, the last one taken first", () => {
    const story = new Story(own({ remaining: 100n }), other({ remaining: 100n })).take(150n, 2);
    expect(remaining(story.restore(60n, 3).wallet)).toEqual([10n, 100n]);
    expect(remaining(story.restore(90n, 4).wallet)).toEqual([100n, 100n]);
  });

  test("gives back what it took of another charge's lot to that lot, though that charge took from it since", () => {
    const story = new Story(own({ remaining: 0n }), other({ remaining: 100n })).take(40n, 2);
    story.take(60n, 3, { ref: "txn_2" });
    expect(remaining(story.wallet)).toEqual([0n, 0n]);
    expect(remaining(story.restore(40n, 4).wallet)).toEqual([0n, 40n]);
    expect(remaining(story.restore(60n, 5, "txn_2").wallet)).toEqual([0n, 100n]);
  });

  test("of two charges that took from each other, each gets back what it took itself", () => {
    const story = new Story(own({ remaining: 100n }), other({ remaining: 100n }));
    story.take(150n, 2).take(100n, 3, { ref: "txn_2" });
    expect(story.last?.line.uncovered).toBe(50n);
    story.restore(100n, 4, "txn_2");
    expect(story.last?.line).toMatchObject({ uncovered: 50n, amount: 50n });
    expect(remaining(story.restore(150n, 5).wallet)).toEqual([100n, 100n]);
  });

  test("first undoes what was written off for this charge", () => {
    const story = new Story(own({ remaining: 100n })).take(300n, 2).restore(250n, 3);
    expect(story.last?.line).toMatchObject({ requested: 250n, uncovered: 200n, covered: 50n, amount: 50n });
    expect(byAccount(story.last as WalletChange)).toEqual({
      "expenses:write_off": -200n,
      "liabilities:wallet:1:paid": -50n,
      "revenue:sold_into_wallets": 250n,
    });
  });

  test("does not undo a write-off twice", () => {
    const story = new Story(other({ remaining: 100n })).take(300n, 2).restore(200n, 3).restore(100n, 4);
    expect(story.last?.line.uncovered).toBe(0n);
    expect(story.wallet.paid).toBe(100n);
  });

  test("does not undo what was written off for another charge", () => {
    const story = new Story(own({ remaining: 100n })).take(100n, 2).take(50n, 3, { ref: "txn_2" });
    expect(story.restore(100n, 4).last?.line).toMatchObject({ uncovered: 0n, amount: 100n });
  });

  test("first undoes what is open as recovery, its own before that of others", () => {
    const recover = { account: "recover" as const };
    const story = new Story(own({ remaining: 10n })).take(50n, 2, { ref: "txn_2", ...recover });
    story.take(100n, 3, recover);
    expect(story.wallet.recovery).toBe(140n);
    story.restore(60n, 4);
    expect(story.wallet.recoveries).toMatchObject([
      { chargeId: idOf("txn_2"), open: 40n },
      { chargeId: idOf("txn_1"), open: 40n },
    ]);
    story.restore(40n, 5);
    expect(story.wallet.recoveries).toEqual([{ chargeId: idOf("txn_2"), open: 40n }]);
  });

  test("undoes the account that the decision used, whatever the policy says now", () => {
    const story = new Story().take(100n, 2).take(50n, 3, { account: "recover" }).restore(150n, 4);
    expect(byAccount(story.last as WalletChange)).toEqual({
      "assets:recovery:1": -50n,
      "expenses:write_off": -100n,
      "revenue:sold_into_wallets": 150n,
    });
  });

  test("what was repaid by a top-up meanwhile comes back as a lot of its own", () => {
    const story = new Story().take(100n, 2, { account: "recover" });
    story.wallet = { ...story.wallet, recovery: 0n, recoveries: [] };
    story.restore(100n, 3);
    expect(story.wallet).toMatchObject({ paid: 100n, lotCount: 1 });
    expect(story.wallet.lots[0]).toMatchObject({ chargeId: idOf("txn_1"), amount: 100n, expiresAt: null });
  });

  test("puts back what had expired as expired, and the breakage with it", () => {
    const story = new Story(own({ remaining: 0n, expired: 100n })).take(80n, 2).restore(80n, 3);
    expect(story.wallet.lots[0]).toMatchObject({ remaining: 0n, expired: 100n });
    expect(byAccount(story.last as WalletChange)).toEqual({
      "revenue:breakage": -80n,
      "revenue:sold_into_wallets": 80n,
    });
  });
});

describe("a lot that expired between take-back and restore", () => {
  const expiring = () => new Story(own({ remaining: 100n, expiresAt: day(10) }));

  test("gets the time it had left when it was taken", () => {
    expect(expiring().take(100n, 2).restore(100n, 30).wallet.lots[0]?.expiresAt).toBe(day(30) + days(8));
  });

  test("that has not expired keeps its time", () => {
    expect(expiring().take(100n, 2).restore(100n, 9).wallet.lots[0]?.expiresAt).toBe(day(10));
  });

  test("expires at its very moment, not after it", () => {
    expect(expiring().take(100n, 2).restore(100n, 10).wallet.lots[0]?.expiresAt).toBe(day(18));
  });

  test("that was taken while it was held past its time gets none", () => {
    expect(expiring().take(100n, 12).restore(100n, 13).wallet.lots[0]?.expiresAt).toBe(day(10));
  });

  // Not yet: a line does not say how much time a lot had left when it took from it, so that is told from the lot as it
  // is now, and from the charge's last line.
  test("gets the same time whether a part of it came back before", () => {
    const story = expiring().take(100n, 2).restore(40n, 5);
    expect(story.restore(60n, 30).wallet.lots[0]?.expiresAt).toBe(day(30) + days(8));
  });

  test("is not given time twice: what came back with new time and expired again has that time left", () => {
    const story = expiring().take(100n, 2).restore(40n, 30);
    expect(story.wallet.lots[0]?.expiresAt).toBe(day(38));
    expect(story.restore(60n, 40).wallet.lots[0]?.expiresAt).toBe(day(48));
  });

  test("is not given the time that another charge's restore added to it", () => {
    const story = new Story(own({ remaining: 0n }), other({ remaining: 100n, expiresAt: day(10) }));
    story.take(50n, 2).take(50n, 3, { ref: "txn_2" }).restore(50n, 20, "txn_2");
    expect(story.wallet.lots[1]?.expiresAt).toBe(day(27));
    expect(story.restore(50n, 40).wallet.lots[1]?.expiresAt).toBe(day(48));
  });
});
