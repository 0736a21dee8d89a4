import type {
  CustomerCashFact,
  PayoutFact,
  PayoutRowFact,
} from "../../../src/domain/facts/transfer-facts.ts";
import { bookTransfer, foldTransfer, transferFindings } from "../../../src/domain/transfer/transfer.ts";
import { byAccount, day, keyOf, stamp } from "../build.ts";

const said = (status: PayoutFact["status"], on: number, remittanceRef: string | null = null): PayoutFact => ({
  kind: "payout",
  stamp: stamp(on),
  ref: "pay_1",
  status,
  amount: 5000n,
  currency: "USD",
  remittanceRef,
  createdAt: null,
  arrivalOn: null,
});

test.each<[string, PayoutFact[], string, Record<string, bigint>]>([
  [
    "created: in transit",
    [said("pending", 1)],
    "pending",
    { "assets:in_transit:pay_1": 5000n, "assets:provider:balance": -5000n },
  ],
  [
    "paid: in the bank",
    [said("pending", 1), said("paid", 2)],
    "paid",
    { "assets:bank": 5000n, "assets:provider:balance": -5000n },
  ],
  [
    "created said late",
    [said("paid", 1), said("pending", 2)],
    "paid",
    { "assets:bank": 5000n, "assets:provider:balance": -5000n },
  ],
  ["sent back by the bank", [said("paid", 1), said("failed", 2)], "failed", {}],
  ["canceled", [said("in_transit", 1), said("canceled", 2)], "canceled", {}],
])("%s", (_, facts, status, ledger) => {
  const payout = foldTransfer(keyOf("pay_1"), facts);
  expect(foldTransfer(keyOf("pay_1"), [...facts].reverse())).toEqual(payout);
  expect(payout).toMatchObject({ status });
  expect(byAccount(bookTransfer(payout, null))).toEqual(ledger);
});

test("a remittance reference that was once known stays", () => {
  expect(foldTransfer(keyOf("pay_1"), [said("pending", 1, "R1"), said("paid", 2)])).toMatchObject({
    remittanceRef: "R1",
  });
});

describe("cash that a customer keeps at the provider", () => {
  const cash = (ref: string, amount: bigint): CustomerCashFact => ({
    kind: "customer_cash",
    stamp: stamp(1),
    ref,
    customerRef: "cus_1",
    amount,
    currency: "EUR",
  });
  const booked = (fact: CustomerCashFact) =>
    bookTransfer(foldTransfer(keyOf(fact.ref), [fact]), null)
      .total()
      .postings()
      .map(({ account, amount }) => [account.replace(/^.*:(?=unsettled|customer_cash)/, ""), amount]);

  test("is the customer's while it waits, and no longer once it has paid for something", () => {
    expect(booked(cash("ccsbtxn_1", 10000n))).toEqual([
      ["unsettled", 10000n],
      ["customer_cash:paddle:default:cus_1", -10000n],
    ]);
    expect(booked(cash("ccsbtxn_2", -4000n))).toEqual([
      ["unsettled", -4000n],
      ["customer_cash:paddle:default:cus_1", 4000n],
    ]);
  });
});

describe("by the rows of the balance", () => {
  const row = (ref: string, on: number, gross: bigint, of: Partial<PayoutRowFact> = {}): PayoutRowFact => ({
    kind: "payout_row",
    stamp: stamp(on, ref),
    ref,
    payoutRef: "pay_1",
    currency: "USD",
    gross,
    fee: of.fee ?? 0n,
    net: gross - (of.fee ?? 0n),
    ...of,
  });
  const left = row("txn_1", 1, -5000n);
  const back = row("txn_2", 3, 5000n);
  const fold = (...facts: (PayoutFact | PayoutRowFact)[]) => foldTransfer(keyOf("pay_1"), facts);
  const inTransit = { "assets:in_transit:pay_1": 5000n, "assets:provider:balance": -5000n };

  test.each<[string, (PayoutFact | PayoutRowFact)[], string, Record<string, bigint>]>([
    ["of which only a row is known: on its way", [left], "in_transit", inTransit],
    ["both told: once", [said("pending", 1), left], "pending", inTransit],
    [
      "an instant one costs a fee",
      [said("paid", 1), row("txn_1", 1, -5000n, { fee: 50n })],
      "paid",
      { "assets:bank": 5000n, "assets:provider:balance": -5050n, "expenses:fees:paddle:default": 50n },
    ],
    ["sent back, and nobody told but the row", [said("paid", 1), left, back], "failed", {}],
    ["sent back, of which only rows are known", [left, back], "failed", {}],
    ["canceled", [said("canceled", 3), left, back], "canceled", {}],
    [
      "sent back, and the fee is kept",
      [said("failed", 3), row("txn_1", 1, -5000n, { fee: 50n }), back],
      "failed",
      { "assets:provider:balance": -50n, "expenses:fees:paddle:default": 50n },
    ],
    [
      "one that takes money from our bank",
      [{ ...said("paid", 1), amount: -300n }, row("txn_1", 1, 300n)],
      "paid",
      { "assets:bank": -300n, "assets:provider:balance": 300n },
    ],
    [
      "another amount than it is said to be: the rest is in suspense",
      [said("paid", 1), row("txn_1", 1, -5001n)],
      "paid",
      { "assets:bank": 5000n, "assets:provider:balance": -5001n, "assets:suspense:pay_1": 1n },
    ],
    [
      "in another currency than it arrives in",
      [said("paid", 1), row("txn_1", 1, -4600n, { currency: "EUR" })],
      "paid",
      {
        "assets:bank": 5000n,
        "equity:fx": -5000n,
        "assets:provider:balance EUR": -4600n,
        "equity:fx EUR": 4600n,
      },
    ],
  ])("%s", (_, facts, status, ledger) => {
    const payout = fold(...facts);
    expect(fold(...facts.toReversed())).toEqual(payout);
    expect(payout).toMatchObject({ status });
    expect(byAccount(bookTransfer(payout, null))).toEqual(ledger);
  });

  test("another amount is a discrepancy, until it came back", () => {
    const differing = [said("paid", 1), row("txn_1", 1, -5001n)];
    const detail = { provider_says: "-5001", we_say: "-5000", currency: "USD" };
    expect(transferFindings(fold(...differing), null)).toEqual([{ kind: "payout_row_differs", detail }]);
    expect(transferFindings(fold(...differing, said("failed", 2)), null)).toEqual([]);
    expect(transferFindings(fold(said("paid", 1), left), null)).toEqual([]);
  });
});

describe("in books that begin later", () => {
  const made = (status: PayoutFact["status"], on: number): PayoutFact => ({
    ...said(status, on),
    createdAt: day(1),
  });
  const booked = (startsAt: bigint, ...facts: PayoutFact[]) =>
    byAccount(bookTransfer(foldTransfer(keyOf("pay_1"), facts), startsAt));

  test("one that had left the balance by then is not in them, even if it arrives afterwards", () => {
    expect(booked(day(3), made("paid", 5))).toEqual({});
    expect(booked(day(3), said("pending", 1), said("paid", 5))).toEqual({});
    expect(booked(day(1), made("paid", 5))).not.toEqual({});
  });

  test("what comes back of it afterwards is money that the opening did not have", () => {
    expect(booked(day(3), made("paid", 2), made("failed", 5))).toEqual({
      "assets:provider:balance": 5000n,
      "equity:opening:paddle:default": -5000n,
    });
    expect(booked(day(3), made("paid", 1), made("failed", 2))).toEqual({});
  });
});
