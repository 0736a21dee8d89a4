import { bookPayout, foldPayout } from "../../../src/domain/charge/payout.ts";
import type { CustomerCashFact, PayoutFact } from "../../../src/domain/facts/facts.ts";
import { byAccount, keyOf, stamp } from "../build.ts";

const said = (status: PayoutFact["status"], on: number, remittanceRef: string | null = null): PayoutFact => ({
  kind: "payout",
  stamp: stamp(on),
  ref: "pay_1",
  status,
  amount: 5000n,
  currency: "USD",
  remittanceRef,
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
  const payout = foldPayout(keyOf("pay_1"), facts);
  expect(foldPayout(keyOf("pay_1"), [...facts].reverse())).toEqual(payout);
  expect(payout.status).toBe(status);
  expect(byAccount(bookPayout(payout))).toEqual(ledger);
});

test("a remittance reference that was once known stays", () => {
  expect(foldPayout(keyOf("pay_1"), [said("pending", 1, "R1"), said("paid", 2)]).remittanceRef).toBe("R1");
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
    bookPayout(foldPayout(keyOf(fact.ref), [fact]))
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
