import fc from "fast-check";
import { book } from "../../src/domain/book/book.ts";
import { balanced } from "../../src/domain/book/journal.ts";
import { findingsOf } from "../../src/domain/charge/checks.ts";
import { fold } from "../../src/domain/charge/fold.ts";
import type { ChargeFact } from "../../src/domain/facts/facts.ts";
import { maximum, sum } from "../../src/domain/money.ts";
import { place } from "../../src/domain/place/place.ts";
import { pinnedTerms, pinTo, settledAt } from "../../src/domain/policy/pin.ts";
import { type Basis, defaultPolicy, type Policy } from "../../src/domain/policy/policy.ts";
import { walletTargets } from "../../src/domain/policy/wallet-targets.ts";
import { propertyRuns } from "../support/property-runs.ts";
import { day, policyOf, told } from "./build.ts";
import { stripeKey } from "./build-invoices.ts";
import { linkedFacts } from "./linked-histories.ts";

const chargesOf = (facts: readonly ChargeFact[], providerSells = false) =>
  place(told(facts, { providerSells })).map((placed) => fold(stripeKey(placed.ref), placed));

/** A document asked for in one currency and paid in another contradicts itself: `place` takes the first it hears of. */
const inOneCurrency = linkedFacts.filter((facts) =>
  facts.every((fact) => !("currency" in fact) || fact.currency === "USD"),
);
const withPermutation = inOneCurrency.chain((facts) =>
  fc.tuple(
    fc.constant(facts),
    fc.shuffledSubarray([...facts, ...facts], { minLength: facts.length * 2, maxLength: facts.length * 2 }),
  ),
);
const policies: fc.Arbitrary<Policy> = fc
  .record({
    basis: fc.constantFrom<Basis>("grand_total", "net_of_tax", "total"),
    cashEvidence: fc.constantFrom("stated" as const, "payment" as const),
    outOfBand: fc.constantFrom("none" as const, "top_up" as const),
  })
  .map(({ basis, ...of }) => policyOf({ pri_b: { effect: "none" } }, { basis }, of));

describe("whatever a provider says of invoices, payments and what went back", () => {
  test("every charge is booked balanced, settled or not, wherever the books start", () => {
    fc.assert(
      fc.property(
        linkedFacts,
        fc.integer({ min: 0, max: 6 }),
        fc.boolean(),
        (facts, start, providerSells) => {
          for (const charge of chargesOf(facts, providerSells)) {
            for (const booksStartAt of [null, day(start)]) {
              for (const settled of [settledAt(charge, defaultPolicy), null, day(3)]) {
                const target = book(charge, { settledAt: settled, booksStartAt });
                for (const { balances } of target.steps()) balanced(balances.postings());
              }
            }
          }
        },
      ),
      { numRuns: propertyRuns(150) },
    );
  });

  test("neither order nor repetition changes a charge, what is booked of it, or what is found", () => {
    fc.assert(
      fc.property(withPermutation, ([facts, other]) => {
        const charges = chargesOf(facts);
        expect(chargesOf(other)).toEqual(charges);
        for (const charge of charges) {
          expect(findingsOf(charge, other)).toEqual(findingsOf(charge, facts));
        }
      }),
      { numRuns: propertyRuns(100) },
    );
  });

  test("what was collected is the sum of what each payment took", () => {
    fc.assert(
      fc.property(linkedFacts, (facts) => {
        for (const { collected, linked } of chargesOf(facts)) {
          expect(sum((linked?.receipts ?? []).map(({ amount }) => amount))).toBe(collected ?? 0n);
        }
      }),
      { numRuns: propertyRuns(100) },
    );
  });

  test("0 ≤ T ≤ S (or what became credit), S ≤ what was paid, under every basis, evidence and policy of payments outside", () => {
    fc.assert(
      fc.property(linkedFacts, policies, (facts, policy) => {
        for (const charge of chargesOf(facts)) {
          const terms = pinnedTerms(pinTo(policy, charge), policy, charge);
          const { toppedUp, takenBack } = walletTargets(charge, terms);
          const credit = policy.default.basis === "total" ? (charge.creditApplied ?? 0n) : 0n;
          const paid = (charge.collected ?? 0n) + (charge.linked?.paidOutside ?? 0n) + credit;
          const most = maximum(toppedUp, charge.creditIssued ?? 0n);
          expect(takenBack >= 0n && takenBack <= most && toppedUp <= paid).toBe(true);
        }
      }),
      { numRuns: propertyRuns(100) },
    );
  });

  test("what a settled charge leaves in suspense is found", () => {
    fc.assert(
      fc.property(linkedFacts, (facts) => {
        for (const charge of chargesOf(facts)) {
          const target = book(charge, { settledAt: settledAt(charge, defaultPolicy), booksStartAt: null });
          const suspense = target
            .total()
            .postings()
            .filter(({ account }) => account.startsWith("assets:suspense:"));
          if (suspense.length > 0) expect(findingsOf(charge, facts)).not.toEqual([]);
        }
      }),
      { numRuns: propertyRuns(150) },
    );
  });
});
