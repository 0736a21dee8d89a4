import fc from "fast-check";
import { sum } from "../../src/domain/money.ts";
import { defaultPolicy, type Policy } from "../../src/domain/policy/policy.ts";
import { balanceOf, type Wallet } from "../../src/domain/wallet/wallet.ts";
import { MemoryBooks } from "../support/memory-books.ts";
import { propertyRuns } from "../support/property-runs.ts";
import { historyOf, type StripeEvent } from "../support/stripe-history.ts";
import { paidPlans } from "../support/stripe-plans.ts";
import { spend } from "./histories.ts";

/** A session of the checkout that names a payment and no invoice: by its word the payment stands alone. */
function sessionOf({ created, data }: StripeEvent): StripeEvent {
  const { payment_intent: intent, amount, customer } = data.object;
  const object = { id: `cs_${intent}`, object: "checkout.session", mode: "payment", invoice: null };
  const paid = { payment_intent: intent, currency: "usd", amount_total: amount, customer };
  const type = "checkout.session.completed";
  const event = {
    id: `evt_cs_${intent}`,
    object: "event" as const,
    api_version: "2025-08-27.basil",
    created,
    type,
  };
  return { ...event, livemode: false, data: { object: { ...object, ...paid } }, pending_webhooks: 1 };
}

/** Payments as they are told first, each with such a session, and everything that shows whose they are. */
const misled = historyOf(paidPlans)
  .map(({ events }) => {
    const payments = events.filter(
      ({ type, data }) => type === "charge.succeeded" && !("invoice" in data.object),
    );
    const first = payments.flatMap((payment) => [payment, sessionOf(payment)]);
    return { first, later: events.filter((event) => event.type !== "charge.succeeded") };
  })
  .filter(({ first }) => first.length > 0);

/**
 * As it happened; or in any order, under the policy that takes no invoice's word for its cash: under the other one an
 * invoice that is told before its payment is known has topped up once more by then.
 */
const arrivals = misled.chain(({ first, later }) => {
  const anyOrder = fc.shuffledSubarray(later, { minLength: later.length, maxLength: later.length });
  return fc.oneof(
    fc.record({ first: fc.constant(first), later: fc.constant(later), policy: fc.constant(defaultPolicy) }),
    fc.record({ first: fc.constant(first), later: anyOrder, policy: fc.constant(waiting) }),
  );
});

const waiting: Policy = { ...defaultPolicy, cashEvidence: "payment", onUncoveredReversal: "recover" };
const part = fc.constantFrom(0n, 1n, 2n, 3n);

/** What a wallet holds and owes: in each lot, by what it is worth and when it expires. */
const worthOf = ({ id, paid, recovery, lots }: Wallet) => ({
  id,
  paid,
  recovery,
  lots: lots.map(({ ordinal, remaining, expired, expiresAt }) => ({
    ordinal,
    remaining,
    expired,
    expiresAt,
  })),
});

describe("a payment that was taken for one of its own, and turns out to be of an invoice", () => {
  test("keeps what it topped up, spent or not: nothing moves, and nothing is written off or owed", () => {
    fc.assert(
      fc.property(arrivals, part, ({ first, later, policy }, thirds) => {
        const books = new MemoryBooks(policy).applyAll(first);
        spend(books, (wallet: Wallet) => (balanceOf(wallet) * thirds) / 3n);
        const before = books.all().wallets.map(worthOf);
        const { length } = books.books.walletLines;
        expect(length).toBeGreaterThan(0);
        books.applyAll(later);
        expect(books.all().wallets.map(worthOf)).toEqual(before);
        // By the provider's clock it is sold when its invoice is paid: that is corrected, and nothing else.
        const lines = books.books.walletLines.slice(length);
        expect(sum(lines.map(({ amount }) => amount))).toBe(0n);
        expect(sum(lines.flatMap((line) => line.uncoveredMoves).map(({ amount }) => amount))).toBe(0n);
        for (const line of lines) expect(line.kind).toMatch(/^top_up_(correction|regained)$/);
        const standing = books.all().records.filter(({ mergedInto }) => mergedInto === null);
        expect(standing.map(({ charge }) => charge?.kind)).toEqual(standing.map(() => "invoice"));
      }),
      { numRuns: propertyRuns(40) },
    );
  });
});
