import fc from "fast-check";
import type { ChargeRecord } from "../../src/domain/books.ts";
import { MemoryBooks } from "../support/memory-books.ts";
import { propertyRuns } from "../support/property-runs.ts";
import { byQuarter } from "./build.ts";
import { aThird, shuffled, spend } from "./histories.ts";

/** What does not depend on what had been spent: the charge, the provider side, S and T. */
function orderFree(books: MemoryBooks) {
  const { records } = books.all();
  const of = ({
    id,
    charge,
    posted,
    settledAt,
    toppedUp,
    takenBack,
    debited,
    discrepancies,
  }: ChargeRecord) => ({
    id,
    charge,
    posted: byQuarter(posted),
    settledAt,
    toppedUp,
    takenBack,
    debited,
    discrepancies,
  });
  return records.map(of).sort((a, b) => (a.id < b.id ? -1 : 1));
}

describe("What DESIGN section 1 promises about order", () => {
  test("any order and any repetition gives the same charges, provider side, S and T", () => {
    fc.assert(
      fc.property(shuffled, ({ policy, events, other }) => {
        const inOrder = orderFree(new MemoryBooks(policy).applyAll(events));
        expect(orderFree(new MemoryBooks(policy).applyAll(other))).toEqual(inOrder);
      }),
      { numRuns: propertyRuns(80) },
    );
  });

  test("with spending in between, S, T and the provider side still do not depend on order", () => {
    fc.assert(
      fc.property(shuffled, ({ policy, events, other }) => {
        const inOrder = orderFree(new MemoryBooks(policy).applyAll(events));
        const books = new MemoryBooks(policy);
        for (const event of other) {
          books.apply(event);
          spend(books, aThird);
        }
        expect(orderFree(books)).toEqual(inOrder);
      }),
      { numRuns: propertyRuns(60) },
    );
  });
});
