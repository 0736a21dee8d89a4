import type { ProviderRowFact } from "../../../src/domain/facts/transfer-facts.ts";
import { bookTransfer, foldTransfer, transferFindings } from "../../../src/domain/transfer/transfer.ts";
import { byAccount, day, keyOf, stamp } from "../build.ts";

const row = (of: Partial<ProviderRowFact> = {}): ProviderRowFact => ({
  kind: "provider_row",
  stamp: stamp(3),
  ref: "txn_row",
  meaning: "fee",
  category: "fee",
  balanceName: "balance",
  sourceRef: null,
  currency: "USD",
  gross: -500n,
  fee: 0n,
  net: -500n,
  ...of,
});
const key = keyOf("txn_row");
const booked = (facts: readonly ProviderRowFact[], startsAt: bigint | null = null) =>
  byAccount(bookTransfer(foldTransfer(key, facts), startsAt));
const findings = (facts: readonly ProviderRowFact[], startsAt: bigint | null = null) =>
  transferFindings(foldTransfer(key, facts), startsAt);

test.each<[string, Partial<ProviderRowFact>, Record<string, bigint>]>([
  ["a fee", {}, { "assets:provider:balance": -500n, "expenses:fees:paddle:default": 500n }],
  [
    "a fee that says its amount as a fee",
    { gross: 0n, fee: 500n },
    { "assets:provider:balance": -500n, "expenses:fees:paddle:default": 500n },
  ],
  [
    "a rebate",
    { gross: 500n, net: 500n },
    { "assets:provider:balance": 500n, "expenses:fees:paddle:default": -500n },
  ],
  [
    "money held back",
    { meaning: "reserve" },
    { "assets:provider:balance": -500n, "assets:provider:reserve": 500n },
  ],
  ["the reserve's own row of it", { meaning: "reserve", balanceName: "reserve", gross: 500n, net: 500n }, {}],
  [
    "a top-up with a fee, which has no place but for its fee",
    { meaning: "unplaced", category: "topup", gross: 1000n, fee: 30n, net: 970n },
    {
      "assets:provider:balance": 970n,
      "expenses:fees:paddle:default": 30n,
      "assets:suspense:txn_row": -1000n,
    },
  ],
  [
    "a row of another balance",
    { meaning: "unplaced", balanceName: "issuing" },
    { "assets:provider:issuing": -500n, "assets:suspense:txn_row": 500n },
  ],
])("%s", (_, of, ledger) => {
  expect(booked([row(of)])).toEqual(ledger);
});

test("what has no place is a discrepancy of its own, with both sides; what has one is none", () => {
  const topup = row({ meaning: "unplaced", category: "topup", gross: 1000n, net: 1000n });
  const detail = { row: "txn_row", category: "topup", provider_says: "1000", we_say: "0", currency: "USD" };
  expect(findings([topup])).toEqual([{ kind: "row_unplaced", detail }]);
  expect(findings([row()])).toEqual([]);
});

test("who knows what it is counts, in whatever order it is told", () => {
  const vague = row({ stamp: stamp(3, "evt_z"), meaning: "unplaced", category: "other_adjustment" });
  for (const facts of [
    [vague, row()],
    [row(), vague],
  ]) {
    expect(booked(facts)).toEqual(booked([row()]));
    expect(findings(facts)).toEqual([]);
  }
});

test("before the books began it is in their opening; at that very instant it is in them", () => {
  const topup = row({ meaning: "unplaced" });
  expect([booked([topup], day(4)), findings([topup], day(4))]).toEqual([{}, []]);
  expect(booked([topup], day(3))).toEqual(booked([topup]));
});
