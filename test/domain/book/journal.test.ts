import { Balances, balanced } from "../../../src/domain/book/journal.ts";
import { AmountOverflow, largestAmount } from "../../../src/domain/money.ts";

const posting = (account: string, amount: bigint, currency = "USD") => ({ account, currency, amount });

describe("an entry", () => {
  test("balances per currency", () => {
    const postings = [posting("a", 5n), posting("b", -5n), posting("a", 7n, "EUR"), posting("c", -7n, "EUR")];
    expect(balanced(postings)).toBe(postings);
  });

  test.each([
    ["does not sum to zero", [posting("a", 5n), posting("b", -4n)]],
    ["sums to zero only across currencies", [posting("a", 5n), posting("b", -5n, "EUR")]],
    ["is one-sided", [posting("a", 1n)]],
  ])("that %s is refused", (_, postings) => {
    expect(() => balanced(postings)).toThrow("does not balance");
  });

  test("of an amount beyond 64 bits is refused", () => {
    const postings = [posting("a", largestAmount + 1n), posting("b", -largestAmount - 1n)];
    expect(() => balanced(postings)).toThrow(AmountOverflow);
  });
});

describe("a target", () => {
  test("is a sum per account and currency", () => {
    const target = new Balances().add("a", "USD", 5n).add("a", "EUR", 1n).add("a", "USD", 2n);
    expect(target.amountOf("a", "USD")).toBe(7n);
    expect(target.amountOf("b", "USD")).toBe(0n);
  });

  test("lists its postings in one order, without those that are zero", () => {
    const target = new Balances()
      .add("b", "USD", 5n)
      .add("a", "USD", 1n)
      .add("a", "EUR", 2n)
      .add("c", "USD", 3n);
    target.add("c", "USD", -3n);
    expect(target.postings()).toEqual([posting("a", 2n, "EUR"), posting("a", 1n), posting("b", 5n)]);
  });

  test("less what was posted is what is still to be posted", () => {
    const posted = Balances.of([posting("a", 5n), posting("b", -5n)]);
    const target = Balances.of([posting("a", 3n), posting("c", -3n)]);
    expect(target.minus(posted).postings()).toEqual([posting("a", -2n), posting("b", 5n), posting("c", -3n)]);
    expect(target.minus(target).postings()).toEqual([]);
  });
});
