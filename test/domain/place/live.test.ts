import fc from "fast-check";
import { findingsOf } from "../../../src/domain/charge/checks.ts";
import { fold } from "../../../src/domain/charge/fold.ts";
import { type ChargeFact, type MovementStatus, type Stage, stages } from "../../../src/domain/facts/facts.ts";
import { eventId } from "../../../src/domain/ids.ts";
import { live } from "../../../src/domain/place/live.ts";
import { place } from "../../../src/domain/place/place.ts";
import { propertyRuns } from "../../support/property-runs.ts";
import { day, document, movement, payment, told } from "../build.ts";
import { charged, dispute, stripeKey } from "../build-invoices.ts";
import { linkedFacts } from "../linked-histories.ts";

/** `npm run properties` asks for more of them. */
const runs = propertyRuns(100);

const orNull = <Value>(of: fc.Arbitrary<Value>) => fc.option(of, { nil: null });
const amount = fc.bigInt({ min: 0n, max: 3n });
const on = fc.integer({ min: 0, max: 6 }).map(day);

/** One document and two movements, of as few words as may be, so that they are often repeated. */
const directFacts = fc.array(
  fc.oneof(
    fc
      .record({
        stage: fc.constantFrom<Stage>(...stages),
        discount: orNull(amount),
        fee: orNull(amount),
        reachedAt: orNull(on),
        customerRef: orNull(fc.constantFrom("ctm_1", "ctm_2")),
        payments: orNull(
          fc.array(
            fc
              .record({ ref: fc.constantFrom("pay_1", "pay_2"), amount, captured: fc.boolean() })
              .map(({ ref, amount, captured }) => payment(ref, amount, { captured })),
            { maxLength: 2 },
          ),
        ),
      })
      .map((of) => document(of)),
    fc
      .record({
        ref: fc.constantFrom("adj_1", "adj_2"),
        status: fc.constantFrom<MovementStatus>("pending", "approved", "rejected", "reversed"),
        fee: orNull(amount),
        reason: orNull(fc.constantFrom("one", "other")),
        warning: fc.boolean(),
      })
      .map((of) => movement(100n, of)),
  ),
  { minLength: 1, maxLength: 8 },
);

/** A payment with what is said of it changing in what only its last word counts of. */
const chattyPayments = fc.array(
  fc
    .record({
      amount: fc.constantFrom(100n, 200n),
      status: fc.constantFrom("pending" as const, "succeeded" as const, "failed" as const),
      invoiceRef: fc.constantFrom("none" as const, null),
      amountRefunded: orNull(fc.constantFrom(0n, 50n)),
      description: orNull(fc.constantFrom("one", "other")),
      customerRef: orNull(fc.constantFrom("cus_1", "cus_2")),
      livemode: orNull(fc.boolean()),
    })
    .map(({ amount, ...of }) => charged(amount, of)),
  { minLength: 1, maxLength: 5 },
);

/** Each of some facts told again and again, at other moments and by other events, some of it before the other half is. */
const halves = (facts: fc.Arbitrary<readonly ChargeFact[]>) =>
  facts.chain((some) =>
    fc
      .array(
        fc.record({
          fact: fc.constantFrom(...some),
          at: on,
          event: fc.integer({ min: 0, max: 9999 }),
          asked: fc.option(on, { nil: undefined }),
          isFirst: fc.boolean(),
        }),
        { minLength: 1, maxLength: 40 },
      )
      .map((told) => {
        const facts = told.map(({ fact, at, event, asked, isFirst }, index) => {
          const stamp = {
            eventId: eventId(stripeKey(""), `evt_${event}_${index}`),
            occurredAt: at,
            ...(asked === undefined ? {} : { askedAt: asked > at ? asked : at }),
          };
          return { fact: { ...fact, stamp } as ChargeFact, isFirst };
        });
        const [first = [], then = []] = [true, false].map((is) =>
          facts.flatMap(({ fact, isFirst }) => (isFirst === is ? fact : [])),
        );
        return { first, then };
      }),
  );

const prune = (facts: readonly ChargeFact[]) => {
  const kept = live(facts);
  return facts.filter((fact) => kept.has(fact));
};
const chargesOf = (facts: readonly ChargeFact[]) =>
  place(told(facts)).map((placed) => {
    const charge = fold(stripeKey(placed.ref), placed);
    return { charge, findings: findingsOf(charge, facts, placed.refused), names: [...placed.names].sort() };
  });

describe("the facts that still matter", () => {
  test.each([
    ["a document that states its payments", directFacts],
    ["invoices, payments and what went back", linkedFacts],
    ["one payment", chattyPayments],
  ])("make the same charges as all facts, whatever is heard since: %s", (_, facts) => {
    fc.assert(
      fc.property(halves(facts as fc.Arbitrary<readonly ChargeFact[]>), ({ first, then }) => {
        const all = [...first, ...then];
        const seen = chargesOf(all).filter(({ charge }) => charge.kind !== "unseen");
        const told = chargesOf([...prune(first), ...then]);
        expect(told.filter(({ charge }) => charge.kind !== "unseen")).toEqual(seen);
        const again = chargesOf(prune([...prune(first), ...then]));
        expect(again.filter(({ charge }) => charge.kind !== "unseen")).toEqual(seen);
      }),
      { numRuns: runs },
    );
  });
});

const at = <Of extends ChargeFact>(on: number, fact: Of): Of => ({
  ...fact,
  stamp: { eventId: eventId(stripeKey(""), `evt_${on}`), occurredAt: day(on) },
});

describe("what is heard late", () => {
  test("between two that say the same, says since when a document is open", () => {
    const open = [1, 2, 3, 4, 5].map((on) => at(on, document({ stage: "open" })));
    const late = at(2.5, document({ stage: "past_due" }));
    const [told] = chargesOf([...prune(open), late]);
    expect(told?.charge.statusChangedAt).toBe(day(3));
  });

  test("between two that say the same, says since when a dispute is won", () => {
    const disputed = (on: number, state: "open" | "won") => at(on, dispute(100n, { state }));
    const sale = at(1, charged(100n, { invoiceRef: "none" }));
    const won = [sale, disputed(2, "open"), ...[3, 4, 5, 6].map((on) => disputed(on, "won"))];
    const [told] = chargesOf([...prune(won), disputed(4.5, "open")]);
    expect(told?.charge.linked?.disputes).toMatchObject([{ state: "won", decidedAt: day(5) }]);
  });

  test("of an attempt leaves it captured, whoever said so", () => {
    const attempted = (on: number, captured: boolean) =>
      at(on, document({ stage: "paid", payments: [payment("pay_1", 100n, { captured })] }));
    const told = prune([attempted(1, false), attempted(2, true), attempted(3, false)]);
    expect(chargesOf(told)[0]?.charge.collected).toBe(100n);
  });
});

test("of a thousand snapshots a few matter", () => {
  const stamp = (second: number) => ({
    eventId: eventId(stripeKey(""), `evt_${second}`),
    occurredAt: day(1) + BigInt(second) * 1_000_000_000n,
  });
  const documents = Array.from({ length: 1000 }, (_, n) => ({
    ...document({ stage: "completed", metadata: { told: n.toString() } }),
    stamp: stamp(n),
  }));
  const payments = Array.from({ length: 1000 }, (_, n) => ({
    ...charged(100n, { description: n.toString() }),
    stamp: stamp(n),
  }));
  expect(live(documents).size).toBeLessThanOrEqual(2);
  expect(live(payments).size).toBeLessThanOrEqual(3);
});
