import { statedDifferences } from "../../../src/domain/reconciling/stated-differences.ts";

const of = (kind: string, detail: Record<string, string>, currency: string | null = null) =>
  statedDifferences({ kind, differences: [], detail }, currency);

test.each([
  [
    "both sides and their currency",
    of("row_unplaced", { provider_says: "100000", we_say: "0", currency: "EUR" }),
    100000n,
  ],
  ["both sides of a document", of("balance_differs", { provider_says: "1500", we_say: "0" }, "EUR"), 1500n],
  ["we say more", of("collected_differs", { provider_says: "0", we_say: "1500" }, "EUR"), -1500n],
  ["one figure of a row", of("fee_differs", { provider_says_fee: "70", we_say_fee: "50" }, "EUR"), 20n],
])("what a discrepancy states in its detail is its amount: %s", (_, found, amount) => {
  expect(found).toEqual([{ currency: "EUR", amount }]);
});

test.each([
  ["nobody says in what currency", of("balance_differs", { provider_says: "1500", we_say: "0" })],
  ["owners whose names are numbers", of("owner_differs", { provider_says: "17", we_say: "4" }, "EUR")],
  ["one side alone", of("balance_differs", { provider_says: "1500" }, "EUR")],
  ["words", of("told_otherwise", { provider_says: "refund of 1", we_say: "credit of 1" }, "EUR")],
  [
    "two currencies",
    of("currency_differs", { provider_says_net: "5", we_say_net: "4", provider_says_currency: "USD" }, "EUR"),
  ],
])("none has no amount of its own: %s", (_, found) => {
  expect(found).toEqual([]);
});

test("what its row says stands", () => {
  const differences = [{ currency: "USD", amount: -197n }];
  const detail = { provider_says_fee: "756", we_say_fee: "559" };
  expect(statedDifferences({ kind: "fee_differs", differences, detail }, "GBP")).toBe(differences);
});
