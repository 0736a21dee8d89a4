import fc from "fast-check";
import { auditCharge } from "../../src/domain/audit.ts";
import { defaultPolicy } from "../../src/domain/policy/policy.ts";
import { MemoryBooks } from "../support/memory-books.ts";
import { propertyRuns } from "../support/property-runs.ts";
import { historyOf, type StripeEvent } from "../support/stripe-history.ts";
import { stripePlans } from "../support/stripe-plans.ts";
import { walletIds } from "../support/wallet-ids.ts";

/** Where a body of Stripe's names an object. */
const naming = ["id", "charge", "payment_intent", "invoice", "source", "refund"] as const;

const idsOf = ({ data }: StripeEvent): string[] =>
  naming.map((field) => data.object[field]).filter((id) => typeof id === "string");

/** A history in which some fields name another object of the same history than they should. */
const mistaken = historyOf(stripePlans)
  .filter(({ events }) => events.length > 2)
  .chain(({ events }) => {
    const ids = [...new Set(events.flatMap(idsOf))];
    const mistake = fc.record({
      event: fc.nat(events.length - 1),
      field: fc.constantFrom(...naming),
      id: fc.constantFrom(...ids),
    });
    return fc.record({
      events: fc.shuffledSubarray([...events], { minLength: events.length, maxLength: events.length }),
      mistakes: fc.array(mistake, { minLength: 1, maxLength: 3 }),
    });
  })
  .map(({ events, mistakes }) =>
    events.map((event, index) => {
      const own = mistakes.filter((mistake) => mistake.event === index);
      const named = own.filter(({ field }) => typeof event.data.object[field] === "string");
      const fields = Object.fromEntries(named.map(({ field, id }) => [field, id]));
      return { ...event, data: { ...event.data, object: { ...event.data.object, ...fields } } };
    }),
  );

const policies = { current: defaultPolicy, version: () => defaultPolicy };

test("whatever objects a provider mistakes for each other, every event can be applied, and what is booked follows from it", () => {
  fc.assert(
    fc.property(mistaken, (events) => {
      const books = new MemoryBooks().applyAll(events);
      const { records } = books.all();
      for (const record of records) expect(auditCharge(record, policies, walletIds)).toEqual([]);
      const movements = records.flatMap(({ charge, mergedInto }) =>
        charge === null || mergedInto !== null ? [] : charge.movements.map(({ id }) => id),
      );
      expect(new Set(movements).size).toBe(movements.length);
    }),
    { numRuns: propertyRuns(50) },
  );
});
