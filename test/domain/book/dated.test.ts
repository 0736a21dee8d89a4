import { book } from "../../../src/domain/book/book.ts";
import type { DatedBalances } from "../../../src/domain/book/dated.ts";
import type { Charge } from "../../../src/domain/charge/charge.ts";
import { formatInstant } from "../../../src/domain/time.ts";
import { bookTransfer, foldTransfer } from "../../../src/domain/transfer/transfer.ts";
import { debit } from "../../../src/domain/wallet/moves.ts";
import {
  because,
  byAccount,
  Desk,
  day,
  document,
  foldFacts,
  keyOf,
  movement,
  payment,
  seed,
  stamp,
} from "../build.ts";
import { chargeOf } from "../build-invoices.ts";
import { attempt, dispute, invoice, invoicePayment, row } from "../build-linked.ts";

/** What the ledger says happened, by its day (the first is 1 January 2026) and hour. */
const dated = (target: DatedBalances) =>
  Object.fromEntries(
    target.steps().map(({ at, balances }) => [formatInstant(at).slice(5, 16), byAccount(balances)]),
  );
const booked = (charge: Charge, settledAt: bigint | null) =>
  dated(book(charge, { settledAt, booksStartAt: null }));
const hours = (number: number) => number / 24;

describe("money that Paddle captured before its document is complete", () => {
  const [first, rest] = [
    payment("a", 500n, { capturedAt: day(2) }),
    payment("b", 1499n, { capturedAt: day(9) }),
  ];
  const part = document({ stage: "past_due", on: 3, payments: [first], balance: 1499n, fee: null });
  const paid = document({ stage: "paid", on: 9, payments: [first, rest], fee: null });
  const waiting = { "assets:provider:unsettled": 500n };

  test("waits for it from the day it was captured", () => {
    const charge = foldFacts(keyOf("txn_1"), [part]);
    expect(booked(charge, null)).toEqual({
      "01-03T00:00": { ...waiting, [`liabilities:unapplied:${charge.id}`]: -500n },
    });
  });

  test("what was captured as the document was paid waits for nothing", () => {
    const charge = foldFacts(keyOf("txn_1"), [part, paid]);
    expect(Object.keys(booked(charge, null))).toEqual(["01-03T00:00"]);
    const ordinary = foldFacts(keyOf("txn_1"), [document({ stage: "paid", fee: null })]);
    expect(booked(ordinary, null)).toEqual({});
  });

  test("is part of the sale once it is complete", () => {
    const completed = document({ on: 9 + hours(1), payments: [first, rest] });
    const charge = foldFacts(keyOf("txn_1"), [part, paid, completed]);
    const steps = booked(charge, charge.saidCompletedAt);
    expect(Object.keys(steps)).toEqual(["01-03T00:00", "01-10T00:00", "01-10T01:00"]);
    expect(steps["01-10T01:00"]).toMatchObject({
      "assets:provider:balance": 1516n,
      "assets:provider:unsettled": -1999n,
      [`liabilities:unapplied:${charge.id}`]: 1999n,
      "revenue:sales": -1666n,
    });
  });
});

describe("a dispute of one month that is won in another", () => {
  const facts = [
    invoice(),
    attempt(),
    invoicePayment(),
    dispute([row("out", -5000n, { createdAt: day(30) })], { on: 30, state: "open", amount: 5000n }),
    dispute([row("back", 5000n, { createdAt: day(60) })], { on: 60, state: "won", amount: 5000n }),
  ];

  test("is out in the one and back in the other, whatever was heard first", () => {
    for (const heard of [facts, facts.toReversed()]) {
      const charge = chargeOf("in_1", ...heard);
      const steps = booked(charge, charge.saidPaidAt);
      expect(steps["01-31T00:00"]).toMatchObject({ "assets:disputes:stripe:default:dp_1": 5000n });
      expect(steps["03-02T00:00"]).toMatchObject({ "assets:disputes:stripe:default:dp_1": -5000n });
    }
  });
});

describe("what went back and came back before either was heard", () => {
  const out = movement(300n, { on: 10 });
  const back = movement(300n, { on: 40, status: "reversed" });

  test("is two dated lines on the statement, and leaves the wallet as it was", () => {
    const live = new Desk().tell(seed(), out, back);
    // Told as it is now: of a list that says when it was made and when it was undone.
    const late = new Desk().tell(back, out, seed());
    for (const desk of [live, late]) {
      const [, ...returned] = desk.books.walletLines;
      expect(returned.map(({ kind, amount, effectiveAt }) => [kind, amount, effectiveAt])).toEqual([
        ["take_back", -300n, day(10)],
        ["restore", 300n, day(40)],
      ]);
      expect(desk.wallet()).toMatchObject({ paid: 499n, seq: 3 });
    }
    expect(dated(late.record().posted)).toEqual(dated(live.record().posted));
  });

  test("the app hears of them as one, from the first line to the last", () => {
    const { messages } = new Desk().tell(back, out, seed()).books;
    const told = messages.filter(({ type }) => type === "wallet.balance_changed");
    expect(told.map(({ fromSeq, seq }) => [fromSeq, seq])).toEqual([
      [1, 1],
      [2, 3],
    ]);
  });

  test("of value that was spent: neither owed nor written off", () => {
    const desk = new Desk()
      .tell(seed())
      .act((wallet) => debit(wallet, { ...because("", 5), chargeId: null }, 499n));
    const before = desk.wallet();
    desk.tell(back, out);
    expect({ ...desk.wallet(), seq: 0 }).toEqual({ ...before, seq: 0 });
    expect(desk.ledger()["expenses:write_off"]).toBeUndefined();
  });
});

describe("a payout of Stripe's", () => {
  const said = (status: "in_transit" | "paid" | "failed", on: number) => ({
    kind: "payout" as const,
    stamp: stamp(on),
    ref: "po_1",
    status,
    amount: 5000n,
    currency: "USD",
    remittanceRef: null,
    createdAt: day(3),
    arrivalOn: day(6),
  });
  const of = (...facts: ReturnType<typeof said>[]) =>
    dated(bookTransfer(foldTransfer(keyOf("po_1"), facts), null));
  const left = { "assets:in_transit:po_1": 5000n, "assets:provider:balance": -5000n };
  const arrived = { "assets:bank": 5000n, "assets:in_transit:po_1": -5000n };

  test("left when it was made, and is in the bank on the day it says, whenever we heard of it", () => {
    const steps = { "01-04T00:00": left, "01-07T12:00": arrived };
    expect(of(said("in_transit", 3), said("paid", 6))).toEqual(steps);
    expect(of(said("paid", 300))).toEqual(steps);
  });

  test("that fails is back when that was said", () => {
    expect(of(said("paid", 6), said("failed", 8))).toEqual({
      "01-04T00:00": left,
      "01-07T12:00": arrived,
      "01-09T00:00": { "assets:bank": -5000n, "assets:provider:balance": 5000n },
    });
    expect(of(said("failed", 5))).toEqual({
      "01-04T00:00": left,
      "01-06T00:00": { "assets:in_transit:po_1": -5000n, "assets:provider:balance": 5000n },
    });
  });
});
