import { book } from "../../../src/domain/book/book.ts";
import type { ChargeFact } from "../../../src/domain/facts/facts.ts";
import type { Amount } from "../../../src/domain/money.ts";
import { day, line } from "../build.ts";
import {
  charged,
  chargeOf,
  dispute,
  invoice,
  invoiced,
  ledgerOf,
  note,
  paidWith,
  refund,
  row,
  settles,
} from "../build-invoices.ts";

type Ledger = Record<string, Amount>;

const sale = [invoice(), charged(1999n), paidWith(1999n)];

/** What these facts add to a sale whose own side is left out. */
function added(...facts: ChargeFact[]): Ledger {
  const all = ledgerOf(invoiced(...sale, ...facts));
  const before = ledgerOf(invoiced(...sale));
  const accounts = [...new Set([...Object.keys(all), ...Object.keys(before)])].sort();
  return Object.fromEntries(
    accounts.flatMap((account) => {
      const amount = (all[account] ?? 0n) - (before[account] ?? 0n);
      return amount === 0n ? [] : [[account, amount]];
    }),
  );
}

const failed = [refund(1999n), refund(1999n, { on: 3, status: "failed" })];
const left = (currency: string, gross: Amount, fee = 0n) =>
  settles("re_1", row("txn_r", gross, fee, { currency, createdAt: day(2) }));
const cameBack = (currency: string, gross: Amount, fee = 0n) =>
  settles("re_1", row("txn_f", gross, fee, { currency, createdAt: day(2.5), category: "failure" }));

describe("a refund", () => {
  const returned = { refunds: 1666n, tax: 333n };
  test.each<[string, ChargeFact[], Ledger]>([
    ["of all, not settled yet", [refund(1999n)], { ...returned, unsettled: -1999n }],
    [
      "of all, settled, the fee not given back",
      [refund(1999n), settles("re_1", row("txn_r", -1999n, 0n))],
      { ...returned, balance: -1999n },
    ],
    [
      "of all, settled, the fee given back",
      [refund(1999n), settles("re_1", row("txn_r", -1999n, -88n))],
      { ...returned, balance: -1911n, fees: -88n },
    ],
    [
      "settled in another currency",
      [refund(1999n), settles("re_1", row("txn_r", -1799n, 0n, { currency: "EUR" }))],
      { ...returned, fx: -1999n, "fx EUR": 1799n, "balance EUR": -1799n },
    ],
    ["in part", [refund(499n)], { refunds: 416n, tax: 83n, unsettled: -499n }],
    [
      "in parts that make the whole drains tax and sales to zero",
      [refund(700n), refund(700n, { ref: "re_2" }), refund(599n, { ref: "re_3" })],
      { ...returned, unsettled: -1999n },
    ],
    ["that is pending", [refund(1999n, { status: "pending" })], {}],
    ["that failed later", [refund(1999n), refund(1999n, { on: 3, status: "failed" })], {}],
    ["that failed, and came back as it went", [...failed, left("EUR", -1799n), cameBack("EUR", 1799n)], {}],
    [
      "that failed, and came back at another rate",
      [...failed, left("EUR", -1799n), cameBack("EUR", 1749n)],
      { "fx EUR": 50n, "balance EUR": -50n },
    ],
    [
      "that failed, and came back at a better rate",
      [...failed, left("EUR", -1799n), cameBack("EUR", 1801n)],
      { "fx EUR": -2n, "balance EUR": 2n },
    ],
    [
      "that failed, and cost something both ways",
      [...failed, left("USD", -1999n, 30n), cameBack("USD", 1999n, 20n)],
      { fees: 50n, balance: -50n },
    ],
    [
      "that failed, and of which not all came back: that is found",
      [...failed, left("USD", -1999n), cameBack("USD", 1990n)],
      { "suspense:in_1": 9n, balance: -9n },
    ],
    [
      "that failed, as only its row says",
      [refund(1999n), left("USD", -1999n, 30n), cameBack("USD", 1999n)],
      { fees: 30n, balance: -30n },
    ],
    ["that failed, and whose row is not known yet", [...failed, left("USD", -1999n, 30n)], {}],
    ["that was canceled", [refund(1999n), refund(1999n, { on: 3, status: "canceled" })], {}],
  ])("%s", (_, facts, ledger) => {
    expect(added(...facts)).toEqual(ledger);
  });

  test("that failed was in effect until the row by which it came back", () => {
    const times = (...facts: ChargeFact[]) =>
      invoiced(...sale, ...facts).movements.map(({ status, occurredAt, undoneAt }) => [
        status,
        occurredAt,
        undoneAt,
      ]);
    expect(times(...failed)).toEqual([["failed", day(2), day(3)]]);
    expect(times(...failed, cameBack("USD", 1999n))).toEqual([["failed", day(2), day(2.5)]]);
    expect(times(refund(1999n), cameBack("USD", 1999n))).toEqual([["failed", day(2), day(2.5)]]);
    const [, failing] = failed as [ChargeFact, ChargeFact];
    const rows = [left("USD", -1999n), cameBack("USD", 1999n)];
    expect(times(failing, ...rows)).toEqual([["failed", day(2), day(2.5)]]);
  });

  test("that failed leaves the books of the days between as they were", () => {
    const charge = invoiced(...sale, ...failed, left("EUR", -1799n), cameBack("EUR", 1749n));
    const steps = book(charge, { settledAt: charge.saidPaidAt, booksStartAt: null }).steps();
    const ofBalance = steps.map(({ at, balances }) => [
      at,
      balances.amountOf("assets:provider:stripe:default:balance", "EUR"),
    ]);
    expect(ofBalance).toEqual([
      [day(1), 0n],
      [day(2), -1799n],
      [day(2.5), 1749n],
    ]);
  });

  test("is unsettled until the row that settles it was made", () => {
    const later = settles("re_1", row("txn_r", -1999n, 0n, { createdAt: day(6) }));
    const charge = invoiced(...sale, refund(1999n), later);
    const steps = book(charge, { settledAt: charge.saidPaidAt, booksStartAt: null }).steps();
    const unsettled = steps.map(({ at, balances }) => [
      at,
      balances.amountOf("assets:provider:stripe:default:unsettled", "USD"),
    ]);
    expect(unsettled).toEqual([
      [day(1), 1999n],
      [day(2), -1999n],
      [day(6), 1999n],
    ]);
  });

  test("needs nothing of its invoice and is booked at once", () => {
    expect(ledgerOf(chargeOf("ch_1", refund(1999n)))).toEqual({ refunds: 1999n, unsettled: -1999n });
  });

  test("of what an invoice collected before it was paid lowers just that", () => {
    const open = [invoice({ stage: "open" }), charged(500n), paidWith(500n)];
    expect(ledgerOf(invoiced(...open, refund(200n)))).toEqual({ unsettled: 300n, "unapplied:in_1": -300n });
    expect(ledgerOf(invoiced(...open, refund(500n), invoice({ stage: "void" })))).toEqual({});
  });

  test("before the books start is in the opening entry", () => {
    const facts = [
      invoice({ on: 1 }),
      charged(1999n),
      paidWith(1999n),
      refund(1999n),
      refund(1n, { ref: "re_2", on: 5 }),
    ];
    const target = ledgerOf(invoiced(...facts), { booksStartAt: day(4) });
    expect(target).toEqual({ refunds: 1n, unsettled: -1n });
  });

  test("of an invoice in two currencies' worth of rows never mixes them", () => {
    const facts = [
      settles("ch_1", row("txn_1", 1799n, 80n, { currency: "EUR" })),
      refund(1999n),
      settles("re_1", row("txn_r", -1999n, 0n)),
    ];
    expect(ledgerOf(invoiced(...sale, ...facts))).toEqual({
      sales: -1666n,
      refunds: 1666n,
      fx: 1999n,
      balance: -1999n,
      "fx EUR": -1799n,
      "balance EUR": 1719n,
      "fees EUR": 80n,
    });
  });
});

describe("a credit note after payment", () => {
  const parts = (of: object) => note(1200n, { tax: 200n, ...of });
  test.each<[string, ChargeFact[], Ledger]>([
    [
      "to the customer's balance",
      [parts({})],
      { refunds: 1000n, tax: 200n, "customer_credit:cus_1": -1200n },
    ],
    [
      "given outside the provider",
      [parts({ givenOutside: 1200n })],
      { refunds: 1000n, tax: 200n, bank: -1200n },
    ],
    [
      "in three parts, of which the refund is counted once, though two objects tell it",
      [parts({ givenOutside: 300n, refunds: [{ ref: "re_1", amount: 600n }] }), refund(600n)],
      { refunds: 1000n, tax: 200n, bank: -300n, unsettled: -600n, "customer_credit:cus_1": -300n },
    ],
    ["that was voided", [parts({}), parts({ on: 3, status: "void" })], {}],
    [
      "that states no tax has its part of the invoice's",
      [note(1000n)],
      { refunds: 834n, tax: 166n, "customer_credit:cus_1": -1000n },
    ],
  ])("%s", (_, facts, ledger) => {
    expect(added(...facts)).toEqual(ledger);
  });
});

test("a note to the balance of a customer that is not named is shown in suspense", () => {
  const facts = [
    invoice({ customerRef: null }),
    paidWith(1999n),
    note(600n, { tax: 100n, customerRef: null }),
  ];
  expect(ledgerOf(invoiced(...facts))).toMatchObject({ refunds: 500n, tax: -233n, "suspense:in_1": -600n });
});

describe("a dispute", () => {
  const withdrawn = row("txn_w", -1999n, 1500n);
  const given = row("txn_b", 1999n, 0n);
  const feeToo = row("txn_b", 1999n, -1500n);
  const told = (state: "open" | "won" | "lost", ...rows: (typeof given)[]) => dispute(1999n, { state, rows });
  test.each<[string, ChargeFact[], Ledger]>([
    ["that is an inquiry", [dispute(1999n, { state: "inquiry" })], {}],
    ["that moved nothing yet", [told("open")], {}],
    [
      "that withdrew the money and its fee",
      [told("open", withdrawn)],
      { "disputes:dp_1": 1999n, dispute_fees: 1500n, balance: -3499n },
    ],
    [
      "won, before the money is back: nothing moves by its state",
      [told("won", withdrawn)],
      { "disputes:dp_1": 1999n, dispute_fees: 1500n, balance: -3499n },
    ],
    [
      "won: all is back but the fee",
      [told("won", withdrawn, given)],
      { dispute_fees: 1500n, balance: -1500n },
    ],
    ["won: the fee is back too", [told("won", withdrawn, feeToo)], {}],
    [
      "lost: what was withdrawn is lost",
      [told("lost", withdrawn)],
      { dispute_losses: 1999n, dispute_fees: 1500n, balance: -3499n },
    ],
    [
      "in the settlement currency alone",
      [told("open", row("txn_w", -1799n, 1350n, { currency: "EUR" }))],
      { "disputes:dp_1 EUR": 1799n, "dispute_fees EUR": 1350n, "balance EUR": -3149n },
    ],
  ])("%s", (_, facts, ledger) => {
    expect(added(...facts)).toEqual(ledger);
  });

  test("of a payment whose invoice is not known is booked at once", () => {
    expect(ledgerOf(chargeOf("ch_1", told("open", withdrawn)))).toEqual({
      "disputes:dp_1": 1999n,
      dispute_fees: 1500n,
      balance: -3499n,
    });
  });
});

test("a dispute's money is an asset until it is decided, and a loss from then on", () => {
  const rows = [row("txn_w", -1999n, 1500n, { createdAt: day(5) })];
  const facts = [
    dispute(1999n, { state: "open", on: 5, rows }),
    dispute(1999n, { state: "lost", on: 9, rows }),
  ];
  const charge = invoiced(...sale, ...facts);
  const steps = book(charge, { settledAt: charge.saidPaidAt, booksStartAt: null }).steps();
  const bookedOn = (on: number) => steps.find(({ at }) => at === day(on))?.balances.postings() ?? [];
  const disputed = bookedOn(5).find(({ account }) => account.includes("disputes"));
  expect(disputed?.amount).toBe(1999n);
  expect(bookedOn(9)).toEqual([
    { ...disputed, amount: -1999n },
    { account: expect.stringContaining("dispute_losses"), currency: "USD", amount: 1999n },
  ]);
});

test("a full refund leaves nothing of a sale but what the provider kept", () => {
  const facts = [
    invoice({ lines: [line("a", 2400n, { tax: 401n, discount: 77n })] }),
    charged(2400n),
    paidWith(2400n),
    settles("ch_1", row("txn_1", 2400n, 100n)),
    refund(801n),
    refund(1599n, { ref: "re_2", on: 3 }),
    settles("re_1", row("txn_r1", -801n, 0n)),
    settles("re_2", row("txn_r2", -1599n, 0n)),
  ];
  const { sales = 0n, discounts = 0n, refunds = 0n, ...rest } = ledgerOf(invoiced(...facts));
  expect(sales + discounts + refunds).toBe(0n);
  expect(rest).toEqual({ balance: -100n, fees: 100n });
});
