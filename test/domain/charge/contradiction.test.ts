import fc from "fast-check";
import { MemoryBooks } from "../../support/memory-books.ts";
import { propertyRuns } from "../../support/property-runs.ts";
import { stripeHistory } from "../../support/stripe-history.ts";

test("one event told in the shapes of before and since Basil is never taken for a contradiction", () => {
  fc.assert(
    fc.property(stripeHistory, ({ events }) => {
      const { books } = new MemoryBooks().applyAll(events);
      const kinds = [...books.discrepancies.values()].map(({ kind }) => kind);
      expect(kinds).not.toContain("event_content_differs");
    }),
    { numRuns: propertyRuns(60) },
  );
});
