import { headsOfSides, movementWord } from "../../src/console/kit/words.ts";
import { currencyOf, SubjectLink, sidesOf } from "../../src/console/pages/sides.tsx";

test("figures of a row are in the currency that it settles in, whatever the document is in", () => {
  const invoice = { currency: "GBP" };
  const detail = { provider_says_fee: "756", we_say_fee: "559" };
  const row = {
    level: "settlement",
    key: "txn_1",
    at: null,
    dueAt: 0n,
    differences: [{ currency: "USD", amount: -197n }],
  } as const;
  const said = (discrepancy: Parameters<typeof currencyOf>[0]) =>
    sidesOf(detail, { currency: currencyOf(discrepancy, invoice.currency), provider: "stripe" }).map(
      ([, text]) => text,
    );
  expect(said({ row })).toEqual(["7.56 USD", "5.59 USD"]);
  expect(said({ row: null })).toEqual(["7.56 GBP", "5.59 GBP"]);
});

test("a dispute that succeeded is money lost, and is not shown as good", () => {
  expect(movementWord({ kind: "dispute", status: "succeeded", warning: false })).toEqual([
    "money withdrawn",
    "bad",
  ]);
  expect(movementWord({ kind: "dispute_reversal", status: "succeeded", warning: false })[1]).toBe("good");
  expect(movementWord({ kind: "dispute", status: "succeeded", warning: true })).toEqual([
    "early warning",
    "open",
  ]);
  expect(movementWord({ kind: "refund", status: "succeeded", warning: false })).toEqual([
    "succeeded",
    "good",
  ]);
});

test("a figure has a name that leads nowhere, everything else is searched for by its name", () => {
  const context = { to: (path: string, query?: object) => `${path} ${JSON.stringify(query ?? {})}` };
  expect(SubjectLink({ subject: null, name: "USD closing", context })).toMatchObject({ type: "bdi" });
  expect(SubjectLink({ subject: null, name: "txn_1", context })).toMatchObject({
    type: "a",
    props: { href: '/search {"q":"txn_1"}' },
  });
});

test("what the rows of a payout come to is money, too", () => {
  const detail = { rows: "3", rows_come_to: "8027", we_hold_of_them: "8027" };
  expect(sidesOf(detail, { currency: "USD", provider: "paddle" })).toEqual([
    ["rows", "3"],
    ["rows come to", "80.27 USD"],
    ["we hold of them", "80.27 USD"],
  ]);
});

test("of a payout the provider states both sides, and each is called what it is", () => {
  expect(headsOfSides("payout", "Stripe")).toEqual(["Its rows come to", "They paid"]);
  expect(headsOfSides("settlement", "Stripe")).toEqual(["Stripe states", "We hold"]);
  expect(headsOfSides("settlement")).toEqual(["They state", "We hold"]);
});
