import fc from "fast-check";
import type { DocumentFact, Fact, LineFact } from "../../src/domain/facts/facts.ts";
import type { EventId } from "../../src/domain/ids.ts";
import { factIn, factText } from "../../src/store/inbox/nouns/fact.ts";
import { normalised as ofPaddle, allEvents as paddleEvents } from "../providers/paddle/bodies.ts";

const amount = fc.bigInt(-(2n ** 63n) + 1n, 2n ** 63n - 1n);
/** Any UTF-16, halves of pairs and NUL included. */
const anyText = fc.oneof(
  fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) }),
  fc.constantFrom("\0", "\ud800", "a\udc00b", "12"),
);
/** Keys that are ours elsewhere, keys that are special to JavaScript, and any others. */
const metadata = fc
  .array(fc.tuple(fc.oneof(fc.constantFrom("amount", "total", "__proto__", "constructor"), anyText), anyText))
  .map((entries) => {
    const object: Record<string, string> = {};
    for (const [key, value] of entries) {
      Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
    }
    return object;
  });
const unlessNull = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null });

const line: fc.Arbitrary<LineFact> = fc.record(
  {
    ref: anyText,
    priceRef: unlessNull(anyText),
    productRef: unlessNull(anyText),
    description: unlessNull(anyText),
    quantity: fc.constantFrom("1", "-0.5", null),
    subtotal: amount,
    discount: amount,
    tax: amount,
    total: amount,
    proration: unlessNull(
      fc.record({ rate: unlessNull(anyText), startsAt: unlessNull(amount), endsAt: unlessNull(amount) }),
    ),
    metadata,
    sharedId: anyText,
  },
  {
    noNullPrototype: true,
    requiredKeys: [
      "ref",
      "priceRef",
      "productRef",
      "description",
      "quantity",
      "subtotal",
      "discount",
      "tax",
      "total",
      "proration",
      "metadata",
    ],
  },
);

const said = { eventId: "stripe:default:evt_1" as EventId, occurredAt: 1n };

const document: DocumentFact = {
  kind: "document",
  stamp: said,
  ref: "in_1",
  document: "invoice",
  stage: "paid",
  currency: "USD",
  subtotal: 1n,
  discount: null,
  tax: null,
  total: 1n,
  creditApplied: null,
  creditNotesApplied: null,
  creditIssued: null,
  debtBroughtForward: null,
  grandTotal: 1n,
  balance: null,
  fee: null,
  earnings: null,
  payout: null,
  lines: null,
  payments: null,
  invoice: null,
  customerRef: null,
  subscriptionRef: null,
  invoiceNumber: null,
  origin: null,
  collectionMode: null,
  billingPeriod: null,
  livemode: null,
  createdAt: null,
  billedAt: null,
  reachedAt: null,
  metadata: null,
};

const fact: fc.Arbitrary<DocumentFact> = fc
  .record({
    stamp: fc.record(
      { eventId: anyText.map((text) => text as EventId), occurredAt: amount, askedAt: amount },
      { noNullPrototype: true, requiredKeys: ["eventId", "occurredAt"] },
    ),
    ref: anyText,
    grandTotal: unlessNull(amount),
    lines: unlessNull(fc.array(line)),
    billingPeriod: unlessNull(fc.record({ startsAt: amount, endsAt: amount })),
    livemode: fc.constantFrom(true, false, null),
    metadata: unlessNull(metadata),
  })
  .map((own) => ({ ...document, ...own }));

test("a fact comes back exactly, whatever an app put into its metadata", () => {
  fc.assert(
    fc.property(fact, (given) => {
      const text = factText(given);
      expect(text.isWellFormed() && !text.includes("\0")).toBe(true);
      const returned = factIn<DocumentFact>(text);
      expect(returned).toEqual(given);
      expect(Object.keys(returned)).toEqual(Object.keys(given));
      expect(Object.keys(returned.metadata ?? {})).toEqual(Object.keys(given.metadata ?? {}));
    }),
  );
});

test("an own key __proto__ stays a key", () => {
  const given = { ...document, metadata: JSON.parse('{"__proto__":"x","amount":"5"}') };
  expect(JSON.stringify(factIn<DocumentFact>(factText(given)).metadata)).toBe(
    '{"__proto__":"x","amount":"5"}',
  );
});

const refs = { intentRef: "pi_1", chargeRef: null };
const row = {
  ref: "bt_1",
  currency: "USD",
  gross: 5n,
  fee: 1n,
  net: 4n,
  exchangeRate: null,
  createdAt: 2n,
  category: "refund",
} as const;
const stamped = { stamp: said, ref: "x_1", currency: "USD" } as const;

/** What a word may stand for, what may be left out, and lists within. */
const others: readonly Fact[] = [
  { ...document, providerSells: true },
  {
    ...document,
    invoice: {
      amountPaid: 1n,
      overpaid: null,
      saysOutside: false,
      payment: "none",
      startingBalance: -1n,
      endingBalance: 0n,
      unstatedCredit: null,
      linesComplete: true,
    },
  },
  {
    ...stamped,
    kind: "payment",
    refs,
    invoiceRef: "none",
    status: "succeeded",
    amount: 1n,
    authorised: null,
    amountRefunded: 0n,
    capturedAt: 1n,
    reachedAt: null,
    method: { type: "card", brand: "visa", last4: null },
    customerRef: null,
    description: null,
    livemode: false,
    createdAt: null,
    metadata: { a: { json: "1" } },
    rowRef: null,
  },
  {
    ...stamped,
    kind: "invoice_payment",
    invoiceRef: "in_1",
    payment: "outside",
    status: "paid",
    amount: null,
    paidAt: 1n,
  },
  {
    ...stamped,
    kind: "invoice_payment",
    invoiceRef: "in_1",
    payment: refs,
    status: "open",
    amount: 1n,
    paidAt: null,
  },
  {
    ...stamped,
    kind: "checkout",
    payment: null,
    invoiceRef: null,
    mode: "payment",
    discount: null,
    tax: 0n,
    total: 1n,
    customerRef: null,
    metadata: null,
    providerSells: false,
    linkRef: "plink_1",
  },
  {
    ...stamped,
    kind: "dispute",
    payment: refs,
    state: "won",
    amount: 1n,
    reason: null,
    createdAt: null,
    rows: [row, { ...row, withheldTax: 1n }],
  },
  { stamp: said, ref: "bt_1", kind: "balance_row", sourceRef: "ch_1", chargeRef: null, row },
  { ...stamped, kind: "opening", at: 0n, evidence: "stated", amount: -1n },
];

test.each(others.map((fact) => [fact.kind, fact] as const))("a %s comes back as it was", (_, given) => {
  expect(factIn(factText(given))).toEqual(given);
});

test("what Paddle's fixtures say comes back as it was", () => {
  const facts = paddleEvents().flatMap(([, event]) => {
    const result = ofPaddle(event);
    return result.kind === "facts" ? result.facts : [];
  });
  expect(facts.length).toBeGreaterThan(50);
  for (const given of facts) expect(factIn(factText(given))).toEqual(given);
});
