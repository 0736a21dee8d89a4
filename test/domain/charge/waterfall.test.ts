import {
  type ChargeFigures,
  carriedOver,
  creditSpent,
  settledStage,
  waterfallOf,
} from "../../../src/domain/charge/waterfall.ts";

const seed: ChargeFigures = {
  subtotal: 1666n,
  discount: 0n,
  tax: 333n,
  total: 1999n,
  creditApplied: 1500n,
  creditNotesApplied: 0n,
  creditIssued: 0n,
  debtBroughtForward: 0n,
  grandTotal: 499n,
  collected: 499n,
  outstanding: 0n,
  overpaid: 0n,
  paidOutside: 0n,
  reducedBeforeSettlement: 0n,
  linked: null,
};

/** Each a document as some provider tells it, and by how much total, grand total and collected differ from their parts. */
const cases: readonly (readonly [what: string, figures: Partial<ChargeFigures>, gaps: (bigint | null)[]])[] =
  [
    ["an upgrade with credit", {}, [0n, 0n, 0n]],
    ["a discount", { subtotal: 2000n, discount: 334n }, [0n, 0n, 0n]],
    [
      "a document below zero that gives its customer credit",
      {
        subtotal: -1666n,
        tax: -333n,
        total: -1999n,
        creditApplied: 0n,
        creditIssued: 1999n,
        grandTotal: 0n,
        collected: 0n,
      },
      [0n, 0n, 0n],
    ],
    [
      "debt that an earlier invoice left",
      { debtBroughtForward: 20n, grandTotal: 519n, collected: 519n },
      [0n, 0n, 0n],
    ],
    [
      "too small to collect, after credit was spent",
      {
        creditApplied: 1999n,
        grandTotal: 0n,
        collected: 0n,
        linked: { startingBalance: -1500n, endingBalance: 499n },
      },
      [0n, 0n, 0n],
    ],
    [
      "a note before it was paid",
      { creditNotesApplied: 99n, grandTotal: 400n, collected: 400n },
      [0n, 0n, 0n],
    ],
    [
      "a credit on a document that is not paid yet",
      { reducedBeforeSettlement: 100n, collected: 399n },
      [0n, 0n, 0n],
    ],
    ["paid outside the provider, in part", { paidOutside: 200n, collected: 299n }, [0n, 0n, 0n]],
    ["paid in part", { collected: 99n, outstanding: 400n }, [0n, 0n, 0n]],
    ["paid twice", { collected: 998n, overpaid: 499n }, [0n, 0n, 0n]],
    ["called off", { reducedBeforeSettlement: 499n, collected: 0n }, [0n, 0n, 0n]],
    [
      "a draft of which the balance is not known",
      { creditApplied: null, creditIssued: null },
      [0n, null, 0n],
    ],
    ["nothing known of its payment", { collected: null, outstanding: null, overpaid: null }, [0n, 0n, null]],
    ["a total that is not stated", { total: null }, [null, null, 0n]],
    // What does not add up is shown, not made to fit.
    ["a tax that is a cent less", { tax: 332n }, [1n, 0n, 0n]],
    ["credit of which only what was asked tells", { creditApplied: 1480n }, [0n, -20n, 0n]],
    ["paid outside, which nobody says", { collected: 299n }, [0n, 0n, -200n]],
    [
      "the largest amounts there are",
      { subtotal: 2n ** 63n - 1n, tax: 0n, total: 2n ** 63n - 1n },
      [0n, 499n - (2n ** 63n - 1501n), 0n],
    ],
  ];

test.each(cases)("%s", (_, changed, gaps) => {
  const stages = waterfallOf({ ...seed, ...changed });
  expect(stages.map(({ gap }) => gap)).toEqual(gaps);
});

test("what is taken off is negative, and what is not stated is named", () => {
  const [total, grandTotal] = waterfallOf({ ...seed, discount: 5n, creditIssued: null });
  expect(total?.parts).toEqual([
    { name: "subtotal", amount: 1666n },
    { name: "discount", amount: -5n },
    { name: "tax", amount: 333n },
  ]);
  expect(grandTotal).toMatchObject({ stated: 499n, gap: null, unstated: ["credit_issued"] });
});

test.each([
  [0n, 45n, 45n, 0n, 45n],
  [-1500n, 499n, 1999n, 1500n, 499n],
  [20n, 65n, 45n, 0n, 45n],
  [-1500n, -1n, 1499n, 1499n, 0n],
  [20n, 0n, 0n, 0n, 0n],
])(
  "from %d to %d with %d applied, %d was credit and %d debt",
  (startingBalance, endingBalance, applied, spent, carried) => {
    const charge = { creditApplied: applied, linked: { startingBalance, endingBalance } };
    expect([creditSpent(charge), carriedOver(charge)]).toEqual([spent, carried]);
  },
);

const settled = { gross: 1999n, tax: 333n, fee: 150n, disputeFee: null, net: 1516n };

test.each([
  ["a sale", settled, 0n],
  ["a sale of our own, whose tax comes to us", { ...settled, tax: null, net: 1849n }, 0n],
  [
    "a chargeback, with what it costs by itself",
    { gross: -1999n, tax: -333n, fee: -150n, disputeFee: 1500n, net: -3016n },
    0n,
  ],
  ["a fee that is stated by nobody", { ...settled, fee: null, net: null }, null],
  [
    "a chargeback's fee that no column has",
    { gross: -1999n, tax: -333n, fee: -150n, disputeFee: null, net: -3016n },
    -1500n,
  ],
])("of what is settled: %s", (_, one, gap) => {
  expect(settledStage(one).gap).toBe(gap);
});
