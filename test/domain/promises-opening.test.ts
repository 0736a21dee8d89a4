import fc from "fast-check";
import { sum } from "../../src/domain/money.ts";
import { defaultPolicy } from "../../src/domain/policy/policy.ts";
import { type Instant, quarterOf } from "../../src/domain/time.ts";
import { MemoryBooks } from "../support/memory-books.ts";
import { propertyRuns } from "../support/property-runs.ts";
import { type StripeEvent, stripeHistory } from "../support/stripe-history.ts";

/** `npm run properties` asks for more of them. */
const runs = propertyRuns(25);

const instantOf = ({ created }: StripeEvent): Instant => BigInt(created) * 1_000_000_000n;

/** A history, the same in another order, and when books begin that do not have all of it. */
const begun = stripeHistory
  .filter(({ events }) => events.length > 0)
  .chain(({ events }) =>
    fc.record({
      events: fc.constant(events),
      other: fc.shuffledSubarray([...events, ...events], {
        minLength: events.length,
        maxLength: 2 * events.length,
      }),
      start: fc.constantFrom(...events).map((event) => quarterOf(instantOf(event))),
    }),
  );

/** What customers own by the ledger, by account, at the end of each of these quarters. */
function ownedAt(books: MemoryBooks, quarters: readonly Instant[]) {
  const posted = books.books.entries.flatMap(({ effectiveAt, postings }) =>
    postings
      .filter(({ account }) => account.startsWith("liabilities:customer_credit:"))
      .map((posting) => ({ ...posting, quarter: quarterOf(effectiveAt) })),
  );
  const accounts = Map.groupBy(posted, ({ account, currency }) => `${account} ${currency}`);
  return quarters.map((until) =>
    Object.fromEntries(
      [...accounts]
        .map(([account, own]): [string, bigint] => [
          account,
          sum(own.filter(({ quarter }) => quarter <= until).map(({ amount }) => amount)),
        ])
        .filter(([, amount]) => amount !== 0n)
        .sort(),
    ),
  );
}

test("books that begin later have, from then on, the credit of customers that books of everything have", () => {
  fc.assert(
    fc.property(begun, ({ events, other, start }) => {
      const whole = new MemoryBooks().applyAll(events);
      const policy = { ...defaultPolicy, booksStartAt: start };
      const all = [...new Set([...events, ...other])];
      const later = new MemoryBooks(policy).applyAll(other).applyAll(all);
      const quarters = [...new Set(whole.books.entries.map(({ effectiveAt }) => quarterOf(effectiveAt)))];
      const since = [start, ...quarters.filter((quarter) => quarter > start)];
      expect(ownedAt(later, since)).toEqual(ownedAt(whole, since));
    }),
    { numRuns: runs },
  );
});
