import { book } from "../../../src/domain/book/book.ts";
import { balanced } from "../../../src/domain/book/journal.ts";
import type { ChargeFact, MovementPayoutTotals } from "../../../src/domain/facts/facts.ts";
import type { Amount } from "../../../src/domain/money.ts";
import { byAccount, day, foldFacts, keyOf, movement, seed } from "../build.ts";

/** What the ledger should say of a settled charge; every target is checked to balance per currency. */
function ledgerOf(facts: readonly ChargeFact[]) {
  const target = book(foldFacts(keyOf("txn_1"), facts), { settledAt: day(1), booksStartAt: null });
  balanced(target.total().postings());
  return byAccount(target);
}
type Ledger = Record<string, Amount>;

/** A sale whose own side is left out of what a movement adds. */
function ledgerOfMovements(...movements: readonly ChargeFact[]) {
  const all = ledgerOf([seed(), ...movements]);
  const sale = ledgerOf([seed()]);
  const accounts = [...new Set([...Object.keys(all), ...Object.keys(sale)])];
  return Object.fromEntries(
    accounts.flatMap((account) => {
      const amount = (all[account] ?? 0n) - (sale[account] ?? 0n);
      return amount === 0n ? [] : [[account, amount]];
    }),
  );
}

const payoutOf = (of: Partial<MovementPayoutTotals> = {}): MovementPayoutTotals => ({
  currency: "USD",
  subtotal: 400n,
  tax: 0n,
  total: 400n,
  fee: 20n,
  earnings: 380n,
  retainedFee: null,
  disputeFee: null,
  disputeFeeOriginal: null,
  ...of,
});

describe("what a movement adds to a sale", () => {
  const tax = { tax: 80n, fee: 20n };
  test.each<[string, ChargeFact[], Ledger]>([
    [
      "a refund, its fee given back",
      [movement(480n, tax)],
      {
        "assets:provider:balance": -380n,
        "expenses:fees:paddle:default": -20n,
        "revenue:refunds": 400n,
      },
    ],
    [
      "a refund whose fee Paddle keeps",
      [movement(480n, { ...tax, earnings: 400n })],
      { "assets:provider:balance": -400n, "revenue:refunds": 400n },
    ],
    [
      "a refund whose fee Paddle keeps in part",
      [movement(480n, { ...tax, earnings: 385n })],
      {
        "assets:provider:balance": -385n,
        "expenses:fees:paddle:default": -15n,
        "revenue:refunds": 400n,
      },
    ],
    ["a refund that is only asked for", [movement(480n, { ...tax, status: "pending" })], {}],
    ["a refund that was refused", [movement(480n, { ...tax, status: "rejected" })], {}],
    ["a refund that was undone", [movement(480n, { ...tax, status: "reversed" })], {}],
    [
      "a refund whose fee is not stated yet",
      [movement(480n, { ...tax, fee: null, earnings: null })],
      { "assets:provider:unsettled": -400n, "revenue:refunds": 400n },
    ],
    [
      "a refund settled in another currency",
      [
        movement(480n, {
          ...tax,
          payout: payoutOf({ currency: "EUR", subtotal: 369n, fee: 18n, earnings: 351n }),
        }),
      ],
      {
        "assets:provider:balance EUR": -351n,
        "equity:fx": -400n,
        "equity:fx EUR": 369n,
        "expenses:fees:paddle:default EUR": -18n,
        "revenue:refunds": 400n,
      },
    ],
    [
      "tax alone: what Paddle gives back of its own is a fee to us, negative earnings included",
      [movement(333n, { tax: 333n, fee: 17n })],
      { "assets:provider:balance": 17n, "expenses:fees:paddle:default": -17n },
    ],
    [
      "a chargeback: sale, fee and its own fee",
      [movement(480n, { ...tax, movement: "dispute", payout: payoutOf({ disputeFee: 1500n }) })],
      {
        "assets:provider:balance": -1880n,
        "expenses:dispute_fees:paddle:default": 1500n,
        "expenses:fees:paddle:default": -20n,
        "revenue:chargebacks": 400n,
      },
    ],
    [
      "a chargeback and its reversal: all but the fee, which was not given back",
      [
        movement(480n, { ...tax, movement: "dispute", payout: payoutOf({ disputeFee: 1500n }) }),
        movement(480n, { ...tax, ref: "adj_2", movement: "dispute_reversal", payout: payoutOf() }),
      ],
      { "assets:provider:balance": -1500n, "expenses:dispute_fees:paddle:default": 1500n },
    ],
    [
      "a reversal that states the fee gives it back",
      [
        movement(480n, { ...tax, movement: "dispute", payout: payoutOf({ disputeFee: 1500n }) }),
        movement(480n, {
          ...tax,
          ref: "adj_2",
          movement: "dispute_reversal",
          payout: payoutOf({ disputeFee: 1500n }),
        }),
      ],
      {},
    ],
    [
      "a dispute fee in the payout currency",
      [
        movement(480n, {
          ...tax,
          movement: "dispute",
          payout: payoutOf({ currency: "EUR", subtotal: 369n, fee: 18n, earnings: 351n, disputeFee: 1400n }),
        }),
      ],
      {
        "assets:provider:balance EUR": -1751n,
        "equity:fx": -400n,
        "equity:fx EUR": 369n,
        "expenses:dispute_fees:paddle:default EUR": 1400n,
        "expenses:fees:paddle:default EUR": -18n,
        "revenue:chargebacks": 400n,
      },
    ],
    [
      "an alert: its fee only",
      [
        movement(480n, {
          ...tax,
          movement: "dispute",
          warning: true,
          payout: payoutOf({ disputeFee: 1500n }),
        }),
      ],
      { "assets:provider:balance": -1500n, "expenses:dispute_fees:paddle:default": 1500n },
    ],
    ["an alert without a fee", [movement(480n, { ...tax, movement: "dispute", warning: true })], {}],
    [
      "credit to the customer's balance",
      [movement(480n, { ...tax, movement: "credit", toCustomerBalance: true })],
      {
        "assets:provider:balance": -380n,
        "expenses:fees:paddle:default": -20n,
        "revenue:proration_credits": 400n,
      },
    ],
    [
      "credit that is still pending counts from its creation",
      [movement(480n, { ...tax, movement: "credit", status: "pending" })],
      {
        "assets:provider:balance": -380n,
        "expenses:fees:paddle:default": -20n,
        "revenue:proration_credits": 400n,
      },
    ],
    [
      "credit taken back",
      [
        movement(480n, { ...tax, movement: "credit", status: "reversed" }),
        movement(480n, { ...tax, ref: "adj_2", movement: "credit_reversal" }),
      ],
      {},
    ],
    ["credit that was refused", [movement(480n, { ...tax, movement: "credit", status: "rejected" })], {}],
  ])("%s", (_, movements, ledger) => {
    expect(ledgerOfMovements(...movements)).toEqual(ledger);
  });
});
