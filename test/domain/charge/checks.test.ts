import { findingsOf } from "../../../src/domain/charge/checks.ts";
import type { ChargeFact, PayoutTotals } from "../../../src/domain/facts/facts.ts";
import { document, foldFacts, keyOf, movement, payment, seed } from "../build.ts";

const payout = (of: Partial<PayoutTotals>): PayoutTotals => ({
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
const warning = (ref: string, reversed = false) =>
  movement(499n, { ref, movement: reversed ? "dispute_reversal" : "dispute", warning: true });

test.each<[string, ChargeFact[], Record<string, Record<string, string>>]>([
  // What was told, and what disagrees: what the provider says and what we say.
  ["the seed agrees with itself", [seed()], {}],
  [
    "a refund in another currency",
    [seed(), movement(499n, { ref: "adj_eur", currency: "EUR" })],
    { movement_currency_differs: { refs: "adj_eur" } },
  ],
  [
    "captured sums that miss the grand total",
    [document({ payments: [payment("p", 700n)] })],
    { collected_differs: { provider_says: "1999", we_say: "700" } },
  ],
  [
    "an overpaid document",
    [document({ payments: [payment("p", 2000n)] })],
    { collected_differs: { provider_says: "1999", we_say: "2000" } },
  ],
  [
    "an attempt listed twice is no disagreement",
    [document({ payments: [payment("p", 1999n), payment("p", 1999n)] })],
    {},
  ],
  [
    "a credit that lowered an invoice explains what was not collected",
    [
      document({ payments: [payment("p", 1499n)] }),
      movement(500n, { movement: "credit", toCustomerBalance: false }),
    ],
    {},
  ],
  [
    "a part paid of an open invoice",
    [document({ stage: "open", balance: 1299n, payments: [payment("p", 700n)] })],
    {},
  ],
  [
    "an open invoice whose balance says otherwise",
    [document({ stage: "open", balance: 1000n, payments: [payment("p", 700n)] })],
    { balance_differs: { provider_says: "1000", we_say: "1299" } },
  ],
  [
    "earnings that are total less fee, as the docs have it",
    [seed({ earnings: 1849n })],
    { earnings_differ: { provider_says: "1849", we_say: "1516" } },
  ],
  [
    "earnings in the payout currency",
    [seed({ payout: payout({ earnings: 1400n }) })],
    { payout_earnings_differ: { provider_says: "1400", we_say: "1397" } },
  ],
  ["a fee that is not stated yet", [seed({ fee: null, payout: payout({ fee: null, earnings: null }) })], {}],
  [
    "paid after it was called off",
    [document({ stage: "void" }), document({ on: 2 })],
    { paid_after_void: { ref: "txn_1" } },
  ],
  ["called off", [document({ stage: "void", balance: null })], {}],
  ["called off, with its balance as it was", [document({ stage: "void", balance: 1999n })], {}],
  ["called off, with nothing left to pay", [document({ stage: "void", balance: 0n })], {}],
  ["a full refund", [seed(), movement(499n)], {}],
  [
    "more went back than was collected",
    [seed(), movement(499n), movement(1n, { ref: "b", movement: "dispute" })],
    { returned_exceeds_collected: { provider_says: "500", we_say: "499" } },
  ],
  [
    "a refund that was told before the payment it returns",
    [document({ stage: "ready", balance: 1999n, payments: [] }), movement(499n)],
    {},
  ],
  [
    "an alert, until a report says whether cash moved",
    [seed(), warning("w")],
    { chargeback_warning: { refs: "w" } },
  ],
  ["an alert that was withdrawn", [seed(), warning("w"), warning("x", true)], {}],
  [
    "two alerts of which one was withdrawn",
    [seed(), warning("w"), warning("y"), warning("x", true)],
    { chargeback_warning: { refs: "w y" } },
  ],
])("%s", (_, facts, found) => {
  const findings = findingsOf(foldFacts(keyOf("txn_1"), facts), facts);
  expect(Object.fromEntries(findings.map(({ kind, detail }) => [kind, detail]))).toEqual(found);
});
