import fc from "fast-check";

/** What may happen at Stripe, drawn at random. Parts are thousandths of what is left. */
export interface LinePlan {
  readonly amount: number;
  readonly quantity: number;
  readonly taxPercent: number;
  readonly inclusive: boolean;
  readonly discountPercent: number;
  readonly price: string;
}

export interface RefundPlan {
  readonly kind: "refund";
  readonly part: number;
  /** A credit note may say what it is for. */
  readonly noted: boolean;
  readonly end: "succeeded" | "pending" | "pending_succeeded" | "failed" | "pending_failed" | "canceled";
  readonly tells: boolean;
}

export interface DisputePlan {
  readonly kind: "dispute";
  readonly part: number;
  readonly end: "inquiry" | "escalated" | "open" | "won" | "won_unpaid" | "lost";
}

export interface NotePlan {
  readonly kind: "note";
  readonly part: number;
  readonly to: "balance" | "outside";
}

export type ReturnPlan = RefundPlan | DisputePlan | NotePlan;

/** How the row of the balance becomes known: with its object, as an event of its own, or not yet. */
export type RowPlan = "expanded" | "imported" | "unknown";

export interface PaymentPlan {
  readonly row: RowPlan;
  readonly settledIn: "usd" | "eur";
  /** `payment_intent.succeeded` comes too. */
  readonly tellsIntent: boolean;
  readonly returns: readonly ReturnPlan[];
}

export interface InvoicePlan {
  readonly kind: "invoice";
  readonly customer: number;
  readonly lines: readonly LinePlan[];
  /** What of an older line was unused, as a proration. */
  readonly unused: number;
  readonly shipping: number;
  /** By a credit note before it is paid, which may be voided again. */
  readonly lowered: number;
  readonly voidsNote: boolean;
  readonly end: "paid" | "outside" | "open" | "void" | "uncollectible" | "uncollectible_paid" | "draft";
  /** Paid in two parts; of an invoice that is never paid, one of them. */
  readonly inParts: boolean;
  readonly overpaid: number;
  readonly stages: readonly ("created" | "finalized" | "payment_succeeded")[];
  readonly payment: PaymentPlan;
}

/** Two invoices of one customer, paid by one intent. */
export interface JointPlan {
  readonly kind: "joint";
  readonly first: InvoicePlan;
  readonly second: InvoicePlan;
}

export interface StandalonePlan {
  readonly kind: "standalone";
  readonly customer: number;
  readonly amount: number;
  readonly tax: number;
  readonly evidence: "session" | "invoice_null";
  readonly payment: PaymentPlan;
}

export type StripePlan = InvoicePlan | JointPlan | StandalonePlan;

const part = fc.constantFrom(1000, 1000, 500, 333, 1);

const refundPlan: fc.Arbitrary<RefundPlan> = fc.record({
  kind: fc.constant("refund"),
  part,
  noted: fc.constantFrom(false, false, true),
  end: fc.constantFrom<RefundPlan["end"][]>(
    "succeeded",
    "succeeded",
    "pending",
    "pending_succeeded",
    "failed",
    "pending_failed",
    "canceled",
  ),
  tells: fc.boolean(),
});

const disputePlan: fc.Arbitrary<DisputePlan> = fc.record({
  kind: fc.constant("dispute"),
  part,
  end: fc.constantFrom<DisputePlan["end"][]>("inquiry", "escalated", "open", "won", "won_unpaid", "lost"),
});

const notePlan: fc.Arbitrary<NotePlan> = fc.record({
  kind: fc.constant("note"),
  part,
  to: fc.constantFrom("balance", "outside"),
});

const paymentPlan: fc.Arbitrary<PaymentPlan> = fc.record({
  row: fc.constantFrom<RowPlan[]>("expanded", "imported", "imported", "unknown"),
  settledIn: fc.constantFrom("usd", "usd", "eur"),
  tellsIntent: fc.boolean(),
  returns: fc.array(fc.oneof({ arbitrary: refundPlan, weight: 3 }, disputePlan, notePlan), { maxLength: 3 }),
});

const linePlan: fc.Arbitrary<LinePlan> = fc.record({
  amount: fc.integer({ min: 1, max: 5000 }),
  quantity: fc.integer({ min: 1, max: 3 }),
  taxPercent: fc.constantFrom(0, 7, 20),
  inclusive: fc.boolean(),
  discountPercent: fc.constantFrom(0, 0, 10, 100),
  price: fc.constantFrom("pri_topup", "pri_seat", "pri_addon"),
});

const invoicePlan: fc.Arbitrary<InvoicePlan> = fc.record({
  kind: fc.constant("invoice"),
  customer: fc.nat(1),
  lines: fc.array(linePlan, { minLength: 1, maxLength: 3 }),
  unused: fc.constantFrom(0, 0, 500, 4000, 20000),
  shipping: fc.constantFrom(0, 0, 0, 490),
  lowered: fc.constantFrom(0, 0, 0, 300, 1000),
  voidsNote: fc.constantFrom(false, false, true),
  end: fc.constantFrom<InvoicePlan["end"][]>(
    "paid",
    "paid",
    "paid",
    "paid",
    "paid",
    "outside",
    "open",
    "void",
    "uncollectible",
    "uncollectible_paid",
    "draft",
  ),
  inParts: fc.constantFrom(false, false, true),
  overpaid: fc.constantFrom(0, 0, 0, 0, 250),
  stages: fc.subarray(["created" as const, "finalized" as const, "payment_succeeded" as const]),
  payment: paymentPlan,
});

const jointPlan: fc.Arbitrary<JointPlan> = fc.record({
  kind: fc.constant("joint"),
  first: invoicePlan,
  second: invoicePlan,
});

const standalonePlan: fc.Arbitrary<StandalonePlan> = fc.record({
  kind: fc.constant("standalone"),
  customer: fc.nat(1),
  amount: fc.integer({ min: 50, max: 9000 }),
  tax: fc.constantFrom(0, 0, 40),
  evidence: fc.constantFrom("session", "invoice_null"),
  payment: paymentPlan,
});

/** One to four things that customers were asked to pay. */
export const stripePlans: fc.Arbitrary<StripePlan[]> = fc.array(
  fc.oneof(
    { arbitrary: invoicePlan, weight: 5 },
    { arbitrary: jointPlan, weight: 1 },
    { arbitrary: standalonePlan, weight: 2 },
  ),
  { minLength: 1, maxLength: 4 },
);

const succeeds = { kind: "refund", noted: false, end: "succeeded", tells: false } as const;

/** Two invoices paid by one payment, of which a part goes back, and then the rest. */
export const jointPlans: fc.Arbitrary<JointPlan[]> = jointPlan.map(({ kind, first, second }) => {
  const returns = [500, 1000].map((part) => ({ ...succeeds, part }));
  const goesBack = (plan: InvoicePlan) => ({
    ...plan,
    inParts: false,
    payment: { ...plan.payment, returns },
  });
  return [{ kind, first: goesBack(first), second: goesBack(second) }];
});

/** An invoice that is paid in full by one payment, of which nothing goes back. */
export const paidPlans: fc.Arbitrary<InvoicePlan[]> = invoicePlan.map((plan) => {
  const payment = { ...plan.payment, returns: [] };
  return [{ ...plan, end: "paid" as const, unused: 0, inParts: false, overpaid: 0, payment }];
});
