import { type ApiBooks, disagreements } from "../../src/simulator/comparison.ts";
import { toJson } from "../../src/simulator/true-books.ts";
import { buildWorld } from "../../src/simulator/world.ts";

const { truth } = buildWorld({ customers: 20, months: 4, seed: "comparison" });

/** What a server would answer that has the true books. */
function rightBooks(): Record<keyof ApiBooks, Record<string, unknown>[]> {
  const books = JSON.parse(toJson(truth));
  const ids = new Map(books.charges.map((row: { ref: string }) => [row.ref, `chg_${row.ref}`]));
  return {
    ...books,
    charges: books.charges.map((row: { ref: string }) => ({ ...row, id: ids.get(row.ref) })),
    movements: books.movements.map(({ charge_ref, ...row }: { charge_ref: string }) => ({
      ...row,
      charge_id: ids.get(charge_ref),
    })),
  };
}

test("the true books agree with themselves", () => {
  expect(disagreements(truth, rightBooks())).toEqual([]);
});

test.each([
  ["charges", "collected"],
  ["charges", "status"],
  ["charges", "taken_back"],
  ["movements", "amount"],
  ["movements", "effective"],
  ["movements", "charge_id"],
  ["wallets", "balance"],
  ["accounts", "balance"],
] as const)("of %s, another %s is found, and nothing else", (list, field) => {
  const books = rightBooks();
  const [row] = books[list].filter(({ balance }) => balance !== "0");
  Object.assign(row ?? {}, { [field]: "another" });
  const found = disagreements(truth, books);
  expect(found.map((one) => one.field)).toEqual([field === "charge_id" ? "charge_ref" : field]);
});

test.each(["charges", "movements", "wallets", "accounts"] as const)(
  "of %s, a row that is missing is found, and one that should not be there",
  (list) => {
    const books = rightBooks();
    const place = books[list].findIndex(({ balance }) => balance !== "0");
    const [row] = books[list].splice(place, 1);
    books[list].push({ ...row, ref: "other", owner: "other", account: "assets:provider:other:balance" });
    const found = disagreements(truth, books).filter(({ field }) => field === "");
    expect(found.map(({ is, should }) => [is, should])).toEqual([
      [null, "present"],
      ["present", null],
    ]);
  },
);
