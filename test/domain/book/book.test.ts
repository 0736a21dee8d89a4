import { book } from "../../../src/domain/book/book.ts";
import { balanced } from "../../../src/domain/book/journal.ts";
import type { ChargeFact, PayoutTotals } from "../../../src/domain/facts/facts.ts";
import type { Amount } from "../../../src/domain/money.ts";
import { byAccount, day, document, foldFacts, keyOf, line, movement, seed } from "../build.ts";

/** What the ledger should say of a settled charge; every target is checked to balance per currency. */
function ledgerOf(facts: readonly ChargeFact[]) {
  const target = book(foldFacts(keyOf("txn_1"), facts), { settledAt: day(1), booksStartAt: null });
  balanced(target.total().postings());
  return byAccount(target);
}
type Ledger = Record<string, Amount>;

const euros = (of: Partial<PayoutTotals> = {}): PayoutTotals => ({
  currency: "EUR",
  subtotal: 1535n,
  discount: 0n,
  tax: 307n,
  total: 1842n,
  fee: 138n,
  earnings: 1397n,
  exchangeRate: "0.9217",
  ...of,
});
describe("a Paddle sale", () => {
  test("the seed transaction, as LEDGER section 2 works it: the 1500 of credit have no posting", () => {
    expect(ledgerOf([seed()])).toEqual({
      "assets:provider:balance": 1516n,
      "expenses:fees:paddle:default": 150n,
      "revenue:sales": -1666n,
    });
  });

  test.each<[string, ChargeFact, Ledger]>([
    [
      "a fee not stated yet: all of it is unsettled",
      seed({ fee: null }),
      { "assets:provider:unsettled": 1666n, "revenue:sales": -1666n },
    ],
    [
      "a discount is shown gross",
      document({ lines: [line("a", 900n, { discount: 100n })], fee: 50n }),
      {
        "assets:provider:balance": 850n,
        "expenses:fees:paddle:default": 50n,
        "revenue:discounts": 100n,
        "revenue:sales": -1000n,
      },
    ],
    [
      "part-period credits are shown gross",
      document({ lines: [line("a", 1000n), line("unused", -400n)], fee: 50n }),
      {
        "assets:provider:balance": 550n,
        "expenses:fees:paddle:default": 50n,
        "revenue:proration_credits": 400n,
        "revenue:sales": -1000n,
      },
    ],
    [
      "a negative document is booked, though nothing was collected",
      document({ stage: "paid", lines: [line("a", 500n), line("unused", -1894n)], fee: null }),
      {
        "assets:provider:unsettled": -1394n,
        "revenue:proration_credits": 1894n,
        "revenue:sales": -500n,
      },
    ],
    [
      "a full discount",
      document({ lines: [line("a", 0n, { discount: 1000n })], fee: 0n }),
      { "revenue:discounts": 1000n, "revenue:sales": -1000n },
    ],
    ["a free trial", document({ lines: [line("a", 0n)], fee: 0n }), {}],
    [
      "what no line accounts for counts by the document's subtotal",
      document({ lines: [line("a", 700n)], subtotal: 1000n, total: 1000n, fee: 0n, earnings: 1000n }),
      { "assets:provider:balance": 1000n, "revenue:sales": -1000n },
    ],
    [
      "earnings that do not add up are shown, not hidden",
      seed({ earnings: 1500n }),
      {
        "assets:provider:balance": 1500n,
        "expenses:differences": 16n,
        "expenses:fees:paddle:default": 150n,
        "revenue:sales": -1666n,
      },
    ],
    [
      "paid out in another currency, with Paddle's own two amounts",
      seed({ payout: euros() }),
      {
        "assets:provider:balance EUR": 1397n,
        "equity:fx": 1666n,
        "equity:fx EUR": -1535n,
        "expenses:fees:paddle:default EUR": 138n,
        "revenue:sales": -1666n,
      },
    ],
    [
      "to be paid out in another currency, whose fee is not stated yet",
      seed({ payout: euros({ fee: null, earnings: null }) }),
      { "assets:provider:unsettled": 1666n, "revenue:sales": -1666n },
    ],
    [
      "paid out in the same currency: no bridge is needed",
      seed({ payout: euros({ currency: "USD", subtotal: 1666n, fee: 150n, earnings: 1516n }) }),
      {
        "assets:provider:balance": 1516n,
        "expenses:fees:paddle:default": 150n,
        "revenue:sales": -1666n,
      },
    ],
  ])("%s", (_, fact, ledger) => {
    expect(ledgerOf([fact])).toEqual(ledger);
  });

  test("nothing is booked of a document before it settles", () => {
    const charge = foldFacts(keyOf("txn_1"), [document({ stage: "paid" })]);
    expect(book(charge, { settledAt: null, booksStartAt: null }).steps()).toEqual([]);
  });
});

describe("before the document settles, or before the books start", () => {
  const lowering = { movement: "credit", toCustomerBalance: false } as const;
  const target = (facts: readonly ChargeFact[], settledAt: bigint | null, booksStartAt: bigint | null) =>
    byAccount(book(foldFacts(keyOf("txn_1"), facts), { settledAt, booksStartAt }));

  test("a refund needs nothing of its document and is booked at once", () => {
    expect(target([movement(400n)], null, null)).toEqual({
      "assets:provider:balance": -400n,
      "revenue:refunds": 400n,
    });
  });

  test("a credit that lowers an unpaid document waits for it", () => {
    const credit = movement(400n, lowering);
    expect(target([document({ stage: "open" }), credit], null, null)).toEqual({});
    expect(target([document(), credit], day(1), null)["revenue:proration_credits"]).toBe(400n);
  });

  test("one that goes to the customer's balance does not", () => {
    const credit = movement(400n, { ...lowering, toCustomerBalance: true });
    expect(target([document({ stage: "open" }), credit], null, null)["revenue:proration_credits"]).toBe(400n);
  });

  test("what happened before the books start is in the opening entry; what follows is booked", () => {
    const facts = [seed({ on: 1 }), movement(100n, { on: 2, ref: "a" }), movement(200n, { on: 4, ref: "b" })];
    expect(target(facts, day(1), day(3))).toEqual({
      "assets:provider:balance": -200n,
      "revenue:refunds": 200n,
    });
    expect(target(facts, day(1), day(1))["revenue:sales"]).toBe(-1666n);
  });

  test("a credit that lowers a document is booked with it, also if the books start between the two", () => {
    const facts = [document({ on: 5 }), movement(400n, { ...lowering, on: 2 })];
    expect(target(facts, day(5), day(3))["revenue:proration_credits"]).toBe(400n);
    expect(target(facts, day(5), day(6))).toEqual({});
  });

  test("a chargeback of before the start is not booked when it is told to be reversed, its reversal is, against the opening", () => {
    const facts = [
      seed({ on: 1 }),
      movement(400n, { movement: "dispute", on: 2 }),
      movement(400n, { movement: "dispute", on: 5, status: "reversed" }),
      movement(400n, { movement: "dispute_reversal", on: 5, ref: "adj_2" }),
    ];
    expect(target(facts, day(1), day(3))).toEqual({
      "assets:provider:balance": 400n,
      "equity:opening:paddle:default": -400n,
    });
  });
});
