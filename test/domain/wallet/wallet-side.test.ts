import type { Policy } from "../../../src/domain/policy/policy.ts";
import { debit } from "../../../src/domain/wallet/moves.ts";
import {
  because,
  Desk,
  day,
  days,
  document,
  line,
  movement,
  named,
  payment,
  policyOf,
  remaining,
  seed,
} from "../build.ts";

const recover: Policy = policyOf({}, {}, { onUncoveredReversal: "recover" });
const sale = (ref: string, amount: bigint, of: Parameters<typeof document>[0] = {}) =>
  document({ ref, lines: [line("a", amount)], ...of });
const refund = (chargeRef: string, amount: bigint, of: Parameters<typeof movement>[1] = {}) =>
  movement(amount, { chargeRef, ref: `adj_${chargeRef}`, ...of });
const spend = (amount: bigint, on: number) => (wallet: Parameters<typeof debit>[0]) =>
  debit(wallet, { ...because("", on), chargeId: null }, amount);
const kinds = (desk: Desk) => desk.books.walletLines.map((one) => one.kind);

describe("the seed transaction, from its event to the wallet", () => {
  test("tops up 499 and no more, however often it is told", () => {
    const desk = new Desk().tell(seed(), seed(), seed({ on: 2, fee: null }));
    expect(desk.wallet()).toMatchObject({ paid: 499n, seq: 1 });
    expect(desk.ledger()).toEqual({
      "assets:provider:balance": 1516n,
      "expenses:fees:paddle:default": 150n,
      "liabilities:wallet:1:paid": -499n,
      "revenue:sales": -1666n,
      "revenue:sold_into_wallets": 499n,
    });
  });
});

describe("S and T move the wallet by their difference", () => {
  test("a refund that came first is taken back as soon as there is something to take", () => {
    const desk = new Desk().tell(movement(499n), seed());
    expect(kinds(desk)).toEqual(["top_up", "take_back"]);
    expect(desk.wallet().paid).toBe(0n);
  });

  test("what is taken back for refunds that came first is taken when each of them happened", () => {
    const desk = new Desk().tell(movement(100n, { on: 40 }), refund("txn_1", 50n, { on: 45 }), seed());
    expect(desk.books.walletLines.map((one) => [one.kind, one.effectiveAt])).toEqual([
      ["top_up", day(1)],
      ["take_back", day(40)],
      ["take_back", day(45)],
    ]);
  });

  test("a refund that never happened, and an alert, do not tell when value was taken", () => {
    const desk = new Desk().tell(
      movement(100n, { on: 40 }),
      refund("txn_1", 50n, { on: 45, status: "rejected" }),
      movement(499n, { ref: "adj_2", on: 50, movement: "dispute", warning: true }),
      seed(),
    );
    expect(desk.books.walletLines.at(-1)?.effectiveAt).toBe(day(40));
  });

  test("later refunds are taken back when they happen, in whatever order they are told", () => {
    const desk = new Desk().tell(seed(), movement(100n, { on: 45 }), refund("txn_1", 50n, { on: 40 }));
    expect(desk.books.walletLines.map((one) => one.effectiveAt)).toEqual([day(1), day(45), day(40)]);
  });

  test("a refund that was undone is given back", () => {
    const desk = new Desk().tell(seed(), movement(200n), movement(200n, { on: 3, status: "reversed" }));
    expect(kinds(desk)).toEqual(["top_up", "take_back", "restore"]);
    expect(desk.wallet().paid).toBe(499n);
  });

  test("S that grows adds a lot for the growth alone", () => {
    const desk = new Desk().tell(
      sale("txn_1", 1000n, { payments: [payment("p", 600n)] }),
      sale("txn_1", 1000n, { on: 2, payments: [payment("p", 600n), payment("q", 400n)] }),
    );
    expect(remaining(desk.wallet())).toEqual([600n, 400n]);
  });

  test("S that falls is taken back, and no longer counts as sold", () => {
    const desk = new Desk().tell(sale("txn_1", 1000n), sale("txn_1", 700n, { on: 2 }));
    expect(desk.record()).toMatchObject({ toppedUp: 700n, takenBack: 0n });
    expect(desk.wallet().paid).toBe(700n);
    expect(desk.ledger()["revenue:sold_into_wallets"]).toBe(700n);
  });

  test("S and T that fall together move nothing in all, and each at its own time", () => {
    const desk = new Desk().tell(
      sale("txn_1", 1000n),
      refund("txn_1", 1000n),
      sale("txn_1", 700n, { on: 3 }),
    );
    expect(desk.record()).toMatchObject({ toppedUp: 700n, takenBack: 700n });
    expect(kinds(desk)).toEqual(["top_up", "take_back", "take_back_correction", "top_up_correction"]);
    expect(desk.books.walletLines.map(({ amount }) => amount)).toEqual([1000n, -1000n, 300n, -300n]);
    expect(desk.ledger()["expenses:write_off"]).toBeUndefined();
  });

  test("what turns out to have been taken back earlier is given back and taken then, and nothing is uncovered", () => {
    const desk = new Desk().tell(sale("txn_1", 1000n), movement(1000n, { on: 45 }));
    desk.tell(movement(1000n, { on: 40 }));
    expect(desk.books.walletLines.map((one) => [one.kind, one.effectiveAt, one.amount])).toEqual([
      ["top_up", day(1), 1000n],
      ["take_back", day(45), -1000n],
      ["take_back_correction", day(45), 1000n],
      ["take_back", day(40), -1000n],
    ]);
    expect(desk.ledger()["expenses:write_off"]).toBeUndefined();
  });

  test("an event that changes neither writes no line", () => {
    const desk = new Desk().tell(seed(), movement(499n, { status: "pending" }), seed({ on: 4 }));
    expect(kinds(desk)).toEqual(["top_up"]);
  });
});

describe("several charges on one wallet", () => {
  test("take-backs that took from each other give back what each took", () => {
    const desk = new Desk().tell(sale("txn_1", 500n), sale("txn_2", 500n)).act(spend(400n, 2));
    desk.tell(refund("txn_1", 500n), refund("txn_2", 500n));
    expect(desk.wallet().paid).toBe(0n);
    expect(desk.ledger()["expenses:write_off"]).toBe(400n);
    desk.tell(refund("txn_1", 500n, { on: 5, status: "reversed" }));
    desk.tell(refund("txn_2", 500n, { on: 6, status: "reversed" }));
    expect(desk.wallet().paid).toBe(600n);
    expect(desk.ledger()["expenses:write_off"]).toBeUndefined();
  });

  test("a later top-up repays what is owed; a dispute won afterwards gives the value back", () => {
    const desk = new Desk(recover).tell(sale("txn_1", 500n)).act(spend(500n, 2));
    desk.tell(refund("txn_1", 500n, { movement: "dispute" }), sale("txn_2", 500n));
    expect(desk.wallet()).toMatchObject({ paid: 0n, recovery: 0n });
    desk.tell(movement(500n, { ref: "won", movement: "dispute_reversal" }));
    expect(desk.wallet()).toMatchObject({ paid: 500n, recovery: 0n });
  });

  test("each owner has a wallet per currency", () => {
    const desk = new Desk().tell(
      seed(),
      sale("txn_2", 700n, { currency: "EUR" }),
      sale("txn_3", 5n, { customerRef: "ctm_2" }),
    );
    expect(
      desk.books.changes().wallets.added.map((wallet) => [wallet.owner, wallet.currency, wallet.paid]),
    ).toEqual([
      ["paddle:ctm_1", "USD", 499n],
      ["paddle:ctm_1", "EUR", 700n],
      ["paddle:ctm_2", "USD", 5n],
    ]);
  });
});

describe("expiry is enforced where value leaves or comes back, however late the sweeper is", () => {
  const monthly = policyOf({}, { expiresAfterDays: 30 });

  test("a refund of value that should have expired arises no debt", () => {
    const desk = new Desk(monthly)
      .tell(seed())
      .on(40)
      .tell(movement(499n, { on: 40 }));
    expect(kinds(desk)).toEqual(["top_up", "expiry", "take_back"]);
    expect(desk.ledger()["expenses:write_off"]).toBeUndefined();
    expect(desk.ledger()["revenue:breakage"]).toBeUndefined();
  });

  test("a restore gives new time to what it gives back, and to nothing else", () => {
    const desk = new Desk(monthly)
      .tell(seed({ on: 1 }))
      .on(11)
      .tell(movement(200n, { on: 11 }));
    desk.on(51).tell(movement(200n, { on: 51, status: "reversed" }));
    expect(kinds(desk)).toEqual(["top_up", "take_back", "expiry", "restore"]);
    const [lot] = desk.wallet().lots;
    expect(lot).toMatchObject({ remaining: 200n, expired: 299n });
    expect((lot?.expiresAt as bigint) - day(51) - days(20)).toBeLessThan(days(1));
  });

  test("giving a debit line back does not revive other value either", () => {
    const addon = policyOf({ pri_a: { expiresAfterDays: 30 }, pri_b: { effect: "debit" } });
    const desk = new Desk(addon).tell(document({ lines: [line("a", 500n), line("b", 200n)] }));
    desk.on(51).tell(movement(200n, { on: 51, lines: [named("b", 200n)] }));
    expect(kinds(desk)).toEqual(["top_up", "debit", "expiry", "debit_reversal"]);
    expect(desk.wallet().lots[0]).toMatchObject({ remaining: 200n, expired: 300n });
  });
});

describe("a line of effect debit", () => {
  const policy = policyOf({ pri_addon: { effect: "debit" } });
  const cart = document({ lines: [line("top", 1000n), line("addon", 300n)] });

  test("lowers the wallet once, and a refund of it gives it back", () => {
    const desk = new Desk(policy).tell(cart, cart, { ...cart, fee: 5n });
    expect(desk.wallet().paid).toBe(700n);
    desk.tell(movement(300n, { lines: [named("addon", 300n)] }));
    expect(desk.wallet().paid).toBe(1000n);
  });

  test("what the wallet cannot pay is recorded, not owed", () => {
    const desk = new Desk(policy).tell(document({ lines: [line("addon", 300n)] }));
    expect(desk.books.walletLines).toMatchObject([{ kind: "debit", covered: 0n, uncovered: 300n }]);
    expect(desk.wallet()).toMatchObject({ paid: 0n, recovery: 0n });
  });
});

test("lots keep their own priority and time when S grows later", () => {
  const policy = policyOf({ pri_a: { priority: 1 }, pri_b: { priority: 2, expiresAfterDays: 30 } });
  const lines = [line("a", 600n), line("b", 400n)];
  const desk = new Desk(policy).tell(
    document({ lines, payments: [payment("p", 500n)] }),
    document({ lines, on: 2, payments: [payment("p", 500n), payment("q", 500n)] }),
  );
  const by = (priority: number) =>
    desk
      .wallet()
      .lots.filter((lot) => lot.priority === priority)
      .map((lot) => lot.remaining);
  expect([by(1), by(2)]).toEqual([
    [300n, 300n],
    [200n, 200n],
  ]);
});
