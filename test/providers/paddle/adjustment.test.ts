import type { MovementFact } from "../../../src/domain/facts/facts.ts";
import { parseInstant } from "../../../src/domain/time.ts";
import { fixture, normalised, type PaddleEvent, withData } from "./bodies.ts";

const refund = fixture("adjustment.created/refund-pending");

function factOf(event: PaddleEvent): MovementFact {
  const result = normalised(event);
  if (result.kind !== "facts") throw new Error(`${result.kind} ${result.reason}`);
  expect(result.facts).toHaveLength(1);
  return result.facts[0] as MovementFact;
}

test("a refund, field by field", () => {
  expect(factOf(refund)).toEqual({
    kind: "movement",
    stamp: { eventId: `paddle:default:${refund.event_id}`, occurredAt: parseInstant(refund.occurred_at) },
    ref: refund.data.id,
    chargeRef: refund.data.transaction_id,
    movement: "refund",
    status: "pending",
    warning: false,
    toCustomerBalance: null,
    currency: "USD",
    amount: 1000n,
    subtotal: 918n,
    tax: 82n,
    fee: 59n,
    earnings: 859n,
    payout: {
      currency: "USD",
      subtotal: 918n,
      tax: 82n,
      total: 1000n,
      fee: 59n,
      earnings: 859n,
      disputeFee: null,
      disputeFeeOriginal: null,
      retainedFee: 0n,
    },
    lines: [{ lineRef: refund.data.items[0].item_id, amount: 1000n, tax: 82n }],
    customerRef: refund.data.customer_id,
    reason: "Unused balance",
    createdAt: parseInstant(refund.data.created_at),
    linked: null,
  });
});

test.each([
  ["refund", "refund", false],
  ["credit", "credit", false],
  ["credit_reverse", "credit_reversal", false],
  ["chargeback", "dispute", false],
  ["chargeback_reverse", "dispute_reversal", false],
  ["chargeback_warning", "dispute", true],
  ["chargeback_warning_reverse", "dispute_reversal", true],
])("Paddle's action %s is a %s, warning: %s", (action, movement, warning) => {
  expect(factOf(withData(refund, "action", action))).toMatchObject({ movement, warning });
});

test.each([
  ["pending_approval", "pending"],
  ["approved", "approved"],
  ["rejected", "rejected"],
  ["reversed", "reversed"],
])("Paddle's status %s is %s, by either event type", (status, expected) => {
  const event = withData(refund, "status", status);
  expect(factOf(event).status).toBe(expected);
  expect(factOf({ ...event, event_type: "adjustment.updated" }).status).toBe(expected);
});

test.each([
  ["credit", true, true],
  ["credit", false, false],
  ["credit", null, null],
  ["credit_reverse", true, true],
  ["refund", true, null],
])(
  "a %s whose credit_applied_to_balance is %s goes to the customer's balance: %s",
  (action, sent, expected) => {
    const event = withData(withData(refund, "action", action), "credit_applied_to_balance", sent);
    expect(factOf(event).toCustomerBalance).toBe(expected);
  },
);

test("a tax adjustment gives back no sale, and its fee is ours again: earnings are negative", () => {
  expect(factOf(fixture("adjustment.created/tax-refund"))).toMatchObject({
    amount: 4200n,
    subtotal: 0n,
    tax: 4200n,
    fee: 217n,
    earnings: -217n,
    lines: [{ amount: 4200n, tax: 4200n }],
  });
});

test("Paddle may keep a part of its fee: earnings are then subtotal − (fee − retained fee)", () => {
  expect(factOf(fixture("adjustment.created/refund-full-retained-fee"))).toMatchObject({
    subtotal: 6423n,
    fee: 445n,
    earnings: 6028n,
  });
});

test("a dispute's own fee is in the payout currency, and what was converted is kept beside it", () => {
  expect(factOf(fixture("adjustment.created/chargeback"))).toMatchObject({
    payout: { disputeFee: 1500n, disputeFeeOriginal: null },
  });
  expect(factOf(fixture("adjustment.created/chargeback-converted-fee"))).toMatchObject({
    payout: { currency: "EUR", disputeFee: 1287n, disputeFeeOriginal: { amount: 1500n, currency: "USD" } },
  });
});

test("a movement names the lines it is about", () => {
  const cart = fixture("transaction.completed/mixed-cart");
  const { lines } = factOf(fixture("adjustment.created/refund-one-line"));
  expect(lines).toEqual([{ lineRef: cart.data.details.line_items[0].id, amount: 30000n, tax: 5000n }]);
});

test.each<[string, string, unknown, Partial<MovementFact>]>([
  ["a zero time", "created_at", "0001-01-01T00:00:00Z", { createdAt: null }],
  ["no retained fee, as before 2025-09", "totals.retained_fee", undefined, { fee: 59n }],
  ["no payout totals", "payout_totals", null, { payout: null }],
  ["an item without an amount of its own", "items.0.amount", null, { amount: 1000n }],
  ["no items named", "items", [], { lines: [] }],
  ["a fee that is not stated", "totals.fee", null, { fee: null, earnings: 859n }],
  ["no customer", "customer_id", null, { customerRef: null }],
])("%s", (_, path, value, expected) => {
  expect(factOf(withData(refund, path, value))).toMatchObject(expected);
});

test("what an alert's totals mean is not known: its fee is not held against its earnings", () => {
  const event = withData(fixture("adjustment.created/chargeback-warning"), "totals.earnings", "0");
  expect(factOf(event)).toMatchObject({ warning: true, earnings: 0n });
});
