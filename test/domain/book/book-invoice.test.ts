import { book } from "../../../src/domain/book/book.ts";
import { balanced } from "../../../src/domain/book/journal.ts";
import type { ChargeFact } from "../../../src/domain/facts/facts.ts";
import type { Amount } from "../../../src/domain/money.ts";
import { byAccount, day, document, foldFacts, keyOf, line, movement } from "../build.ts";
import {
  attempt,
  charged,
  chargeOf,
  intent,
  invoice,
  invoiced,
  ledgerOf,
  note,
  paidWith,
  row,
  settles,
} from "../build-invoices.ts";

type Ledger = Record<string, Amount>;

const sold = { sales: -1666n, tax: -333n };
const credit = (amount: Amount) => ({ "customer_credit:cus_1": amount });
const outside = { ref: "inpay_o", payment: "outside" } as const;
const euros = (gross: Amount, fee: Amount) =>
  row("txn_1", gross, fee, { currency: "EUR", exchangeRate: "0.9" });

/** Item and invoice discounts on four lines, exclusive tax: gross 261.00, discounts 33.93, tax 18.05, total 245.12. */
const dualShape = invoice({
  lines: [
    line("a", 9391n + 745n, { discount: 1409n, tax: 745n }),
    line("b", 13316n + 1060n, { discount: 1984n, tax: 1060n }),
  ],
});

describe("an invoice that is paid, as the merchant's own sale", () => {
  test.each<[string, ChargeFact[], Ledger]>([
    ["its fee not known yet", [invoice(), paidWith(1999n)], { ...sold, unsettled: 1999n }],
    ["paid by its own word", [invoice()], { ...sold, unsettled: 1999n }],
    [
      "its fee known",
      [invoice(), charged(1999n), paidWith(1999n), settles("ch_1", row("txn_1", 1999n, 88n))],
      { ...sold, balance: 1911n, fees: 88n },
    ],
    [
      "its fee known before its payment was seen",
      [invoice({ terms: { payment: attempt } }), settles("ch_1", row("txn_1", 1999n, 88n))],
      { ...sold, balance: 1911n, fees: 88n },
    ],
    [
      "settled in another currency, with the provider's own two amounts",
      [invoice(), charged(1999n), paidWith(1999n), settles("ch_1", euros(1799n, 80n))],
      { ...sold, fx: 1999n, "fx EUR": -1799n, "balance EUR": 1719n, "fees EUR": 80n },
    ],
    [
      "two payments, of which one is settled: each is unsettled as a whole or not at all",
      [
        invoice(),
        paidWith(1500n),
        paidWith(499n, { ref: "inpay_2", payment: { intentRef: "pi_2", chargeRef: null } }),
        charged(1500n),
        settles("ch_1", row("txn_1", 1500n, 74n)),
      ],
      { ...sold, unsettled: 499n, balance: 1426n, fees: 74n },
    ],
    [
      "discounts of items and of the invoice, once: 261.00 − 33.93 + 18.05 = 245.12",
      [dualShape, paidWith(24_512n)],
      { sales: -26_100n, discounts: 3393n, tax: -1805n, unsettled: 24_512n },
    ],
    [
      "a part-period credited and another charged: −10.00 + 20.00",
      [invoice({ lines: [line("unused", -1000n), line("remaining", 2000n)] }), paidWith(1000n)],
      { sales: -2000n, proration_credits: 1000n, unsettled: 1000n },
    ],
    [
      "a negative invoice gives the customer credit",
      [invoice({ lines: [line("unused", -5990n), line("rest", 1990n)], terms: { endingBalance: -4000n } })],
      { sales: -1990n, proration_credits: 5990n, ...credit(-4000n) },
    ],
    [
      "credit pays 86.95 of 100.00",
      [invoice({ lines: [line("a", 10_000n)], terms: { startingBalance: -8695n } }), paidWith(1305n)],
      { sales: -10_000n, ...credit(8695n), unsettled: 1305n },
    ],
    [
      "debt brought forward is collected with it",
      [invoice({ terms: { startingBalance: 50n } }), paidWith(2049n)],
      { ...sold, ...credit(-50n), unsettled: 2049n },
    ],
    [
      "a negative invoice pays the debt first",
      [invoice({ lines: [line("a", -80n)], terms: { startingBalance: 50n, endingBalance: -30n } })],
      { proration_credits: 80n, ...credit(-80n) },
    ],
    [
      "too small to be charged: it becomes debt on the customer's balance",
      [invoice({ lines: [line("a", 30n)], terms: { endingBalance: 30n } })],
      { sales: -30n, ...credit(30n) },
    ],
    [
      "what was paid beyond what was asked is the customer's",
      [invoice({ terms: { overpaid: 100n } }), paidWith(2099n)],
      { ...sold, ...credit(-100n), unsettled: 2099n },
    ],
    [
      "a note lowered it before it was paid",
      [invoice({ notes: 600n }), note(600n, { beforePayment: 600n, tax: 100n }), paidWith(1399n)],
      { sales: -1666n, refunds: 500n, tax: -233n, unsettled: 1399n },
    ],
    ["paid outside the provider", [invoice(), paidWith(1999n, outside)], { ...sold, bank: 1999n }],
    [
      "paid outside in part",
      [invoice(), paidWith(1500n), paidWith(499n, outside)],
      { ...sold, bank: 499n, unsettled: 1500n },
    ],
    [
      "nothing to pay: a trial, a full discount",
      [invoice({ lines: [line("a", 0n), line("b", 0n, { discount: 900n })] })],
      { sales: -900n, discounts: 900n },
    ],
    [
      "lines that are cut off: the rest counts by the totals",
      [
        invoice({ lines: [line("a", 999n)], subtotal: 1666n, tax: 333n, total: 1999n, grandTotal: 1999n }),
        paidWith(1999n),
      ],
      { ...sold, unsettled: 1999n },
    ],
  ])("%s", (_, facts, ledger) => {
    expect(ledgerOf(invoiced(...facts))).toEqual(ledger);
  });

  test.each<[string, ChargeFact[], Ledger]>([
    [
      "a payment that is missing",
      [invoice(), paidWith(1500n)],
      { ...sold, unsettled: 1500n, "suspense:in_1": 499n },
    ],
    [
      "more than was asked, that nobody says was overpaid",
      [invoice(), paidWith(2500n)],
      { ...sold, unsettled: 2500n, "suspense:in_1": -501n },
    ],
    [
      "that it is paid, and nothing of how",
      [invoice({ terms: { amountPaid: null } })],
      { ...sold, "suspense:in_1": 1999n },
    ],
    [
      "a balance row of another amount",
      [invoice(), charged(1999n), paidWith(1999n), settles("ch_1", row("txn_1", 1900n, 88n))],
      { ...sold, balance: 1812n, fees: 88n, "suspense:in_1": 99n },
    ],
    [
      "credit of a customer that is not named",
      [invoice({ customerRef: null, terms: { startingBalance: -999n } }), paidWith(1000n)],
      { ...sold, unsettled: 1000n, "suspense:in_1": 999n },
    ],
  ])("what does not add up is shown, not hidden: %s", (_, facts, ledger) => {
    expect(ledgerOf(invoiced(...facts))).toEqual(ledger);
  });
});

describe("money that comes before its invoice is paid", () => {
  const open = invoice({ stage: "open" });
  const unapplied = (amount: Amount) => ({ "unapplied:in_1": -amount });
  test.each<[string, ChargeFact[], Ledger]>([
    ["is owed to the customer", [open, paidWith(500n)], { unsettled: 500n, ...unapplied(500n) }],
    [
      "… and settles like any other",
      [open, charged(500n), paidWith(500n), settles("ch_1", row("txn_1", 500n, 30n))],
      { balance: 470n, fees: 30n, ...unapplied(500n) },
    ],
    ["… outside the provider too", [open, paidWith(500n, outside)], { bank: 500n, ...unapplied(500n) }],
    [
      "is cleared once the invoice is paid",
      [open, paidWith(1999n), invoice({ on: 2 })],
      { ...sold, unsettled: 1999n },
    ],
    [
      "stays while the invoice is called off",
      [open, paidWith(500n), invoice({ on: 2, stage: "void" })],
      { unsettled: 500n, ...unapplied(500n) },
    ],
    ["nothing is booked of an open invoice by itself", [open], {}],
    ["nor of a payment of which nobody knows what it pays", [], {}],
  ])("%s", (_, facts, ledger) => {
    const charge = facts.length === 0 ? chargeOf("ch_1", charged(500n)) : invoiced(...facts);
    expect(ledgerOf(charge)).toEqual(ledger);
  });

  test("is left to the charge that the payment is by itself, until the invoice is paid", () => {
    const facts = [charged(1999n, { invoiceRef: "none" }), paidWith(1999n)];
    expect(ledgerOf(invoiced(open, ...facts))).toEqual({});
    expect(ledgerOf(chargeOf("ch_1", open, ...facts))).toEqual({ sales: -1999n, unsettled: 1999n });
    expect(ledgerOf(invoiced(invoice(), ...facts))).toEqual({ ...sold, unsettled: 1999n });
  });

  test("before the books start it is in the opening entry", () => {
    const start = { booksStartAt: day(2) };
    expect(ledgerOf(invoiced(open, paidWith(500n)), start)).toEqual({});
    expect(ledgerOf(invoiced(open, paidWith(500n, outside)), start)).toEqual({});
    expect(ledgerOf(invoiced(invoice(), paidWith(1999n)), start)).toEqual({});
    expect(ledgerOf(invoiced(invoice({ on: 2 }), paidWith(1999n)), start)).toEqual({
      ...sold,
      opening: 1999n,
    });
  });
});

describe("a charge without invoice", () => {
  const alone = (of: object = {}) => charged(1999n, { invoiceRef: "none", ...of });
  test("is a sale by itself", () => {
    expect(ledgerOf(chargeOf("ch_1", alone()))).toEqual({ sales: -1999n, unsettled: 1999n });
    const row1 = settles("ch_1", row("txn_1", 1999n, 88n));
    expect(ledgerOf(chargeOf("ch_1", alone(), row1))).toEqual({ sales: -1999n, balance: 1911n, fees: 88n });
  });

  test("with the tax and the discount of its checkout", () => {
    const checkout: ChargeFact = {
      kind: "checkout",
      ref: "cs_1",
      payment: intent,
      invoiceRef: null,
      mode: "payment",
      currency: "USD",
      discount: 100n,
      tax: 333n,
      total: 1999n,
      customerRef: "cus_1",
      metadata: null,
      stamp: alone({ event: "evt_cs" }).stamp,
    };
    const charge = chargeOf("ch_1", charged(1999n), checkout);
    expect(ledgerOf(charge)).toEqual({ sales: -1766n, discounts: 100n, tax: -333n, unsettled: 1999n });
  });

  test("that failed is none", () => {
    expect(ledgerOf(chargeOf("pi_1", alone({ status: "failed", amount: 0n })))).toEqual({});
  });
});

describe("an invoice that tells its payments and its fee itself", () => {
  const told = document({ document: "invoice", ref: "txn_1" });
  const ledger = (...facts: ChargeFact[]) => {
    const charge = foldFacts(keyOf("txn_1"), facts);
    const target = book(charge, { settledAt: day(1), booksStartAt: null });
    balanced(target.total().postings());
    return byAccount(target);
  };
  const sale = { "revenue:sales": -1666n, "liabilities:tax:paddle:default": -333n };
  const fees = "expenses:fees:paddle:default";
  const tax = "liabilities:tax:paddle:default";

  test("is booked by the same template", () => {
    expect(ledger(told)).toEqual({ ...sale, "assets:provider:balance": 1849n, [fees]: 150n });
    expect(ledger({ ...told, fee: null })).toEqual({ ...sale, "assets:provider:unsettled": 1999n });
  });

  test("in another currency by the provider's own two amounts", () => {
    const payout = {
      currency: "EUR",
      subtotal: 1799n,
      discount: 0n,
      tax: 0n,
      total: 1799n,
      fee: 80n,
      earnings: 1719n,
      exchangeRate: "0.9",
    };
    expect(ledger({ ...told, payout })).toEqual({
      ...sale,
      "equity:fx": 1999n,
      "equity:fx EUR": -1799n,
      "assets:provider:balance EUR": 1719n,
      [`${fees} EUR`]: 80n,
    });
  });

  test("and so is what goes back on it; an alert moves nothing", () => {
    const paid = { ...sale, "assets:provider:balance": 1849n, [fees]: 150n };
    expect(ledger(told, movement(1999n, { tax: 333n, fee: 150n }))).toEqual({
      "revenue:sales": -1666n,
      "revenue:refunds": 1666n,
    });
    expect(ledger(told, movement(1999n, { tax: 333n, fee: null }))).toEqual({
      "revenue:sales": -1666n,
      "revenue:refunds": 1666n,
      "assets:provider:balance": 1849n,
      "assets:provider:unsettled": -1999n,
      [fees]: 150n,
    });
    expect(ledger(told, movement(500n, { movement: "dispute" }))).toEqual({
      ...paid,
      "assets:disputes:adj_1": 500n,
      "assets:provider:unsettled": -500n,
    });
    expect(ledger(told, movement(500n, { movement: "dispute", warning: true }))).toEqual(paid);
    expect(ledger(told, movement(600n, { movement: "credit", tax: 100n }))).toEqual({
      ...paid,
      "revenue:refunds": 500n,
      [tax]: -233n,
      "liabilities:customer_credit:ctm_1": -600n,
    });
  });
});
