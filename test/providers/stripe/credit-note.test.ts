import type { CreditNoteFact } from "../../../src/domain/facts/linked-facts.ts";
import { parseInstant } from "../../../src/domain/time.ts";
import { factOf, fixture, parkedAs, type StripeEvent, withObject } from "./bodies.ts";

const noteOf = (event: StripeEvent): CreditNoteFact => factOf("credit_note", event);
const partsOf = (event: StripeEvent) => {
  const { total, beforePayment, refunds, credited, givenOutside } = noteOf(event);
  return { total, beforePayment, refunds, credited, givenOutside };
};
const threeWays = fixture("credit_note.created/three-ways-endive");
const refundOfOld = fixture("credit_note.created/post-payment-refund-2020");
const toBalanceOfOld = fixture("credit_note.created/to-balance-2020");

test("a note in all its parts, field by field", () => {
  const { id, invoice, refunds, customer, lines } = threeWays.data.object;
  expect(noteOf(threeWays)).toEqual({
    kind: "credit_note",
    stamp: { eventId: `stripe:default:${threeWays.id}`, occurredAt: parseInstant("2026-11-10T10:00:00Z") },
    ref: id,
    invoiceRef: invoice,
    status: "issued",
    currency: "USD",
    total: 6188n,
    tax: 988n,
    beforePayment: 0n,
    refunds: [{ ref: refunds[0].refund, amount: 3000n }],
    credited: 1188n,
    givenOutside: 2000n,
    lines: [
      { lineRef: lines.data[0].invoice_line_item, amount: 4760n, tax: 760n },
      { lineRef: lines.data[1].invoice_line_item, amount: 1428n, tax: 228n },
    ],
    customerRef: customer,
    reason: "order_change",
    createdAt: parseInstant("2026-11-10T10:00:00Z"),
  });
});

test("a note that was taken back is void", () => {
  expect(noteOf(fixture("credit_note.voided/three-ways-endive")).status).toBe("void");
});

describe("before Basil", () => {
  test("a note before payment lowers the invoice by all of it", () => {
    expect(partsOf(fixture("credit_note.created/pre-payment-2020"))).toEqual({
      total: 2380n,
      beforePayment: 2380n,
      refunds: [],
      credited: 0n,
      givenOutside: 0n,
    });
  });

  test("how much is refunded only the refund knows", () => {
    expect(partsOf(refundOfOld)).toEqual({
      total: 1190n,
      beforePayment: 0n,
      refunds: [{ ref: refundOfOld.data.object.refund, amount: null }],
      credited: 0n,
      givenOutside: 0n,
    });
  });

  test("what goes to the balance is what is left, if nothing is refunded", () => {
    expect(partsOf(toBalanceOfOld)).toMatchObject({ beforePayment: 0n, refunds: [], credited: 595n });
    const partlyOutside = withObject(toBalanceOfOld, { out_of_band_amount: 100 });
    expect(partsOf(partlyOutside)).toMatchObject({ credited: 495n, givenOutside: 100n });
  });

  test("beside a refund it is not known, but for a transaction that is sent whole", () => {
    const both = withObject(toBalanceOfOld, { refund: "re_1" });
    expect(partsOf(both)).toMatchObject({ refunds: [{ ref: "re_1", amount: null }], credited: null });
    const whole = withObject(both, { customer_balance_transaction: { id: "cbtxn_1", amount: -200 } });
    expect(partsOf(whole)).toMatchObject({ credited: 200n });
  });
});

describe("since Basil", () => {
  test("a mixed note says how much was before payment", () => {
    expect(partsOf(fixture("credit_note.created/mixed-endive"))).toEqual({
      total: 11_900n,
      beforePayment: 4900n,
      refunds: [],
      credited: 0n,
      givenOutside: 7000n,
    });
  });

  test("one that states only what was after payment says the same", () => {
    const event = withObject(fixture("credit_note.created/mixed-endive"), { pre_payment_amount: undefined });
    expect(partsOf(event)).toMatchObject({ beforePayment: 4900n, givenOutside: 7000n });
  });

  test("a refund that is recorded, and no refund of Stripe's, was given back outside", () => {
    const event = withObject(threeWays, {
      out_of_band_amount: null,
      post_payment_amount: 6188,
      "refunds.1.amount_refunded": 2000,
    });
    expect(partsOf(event)).toMatchObject({ givenOutside: 2000n, credited: 1188n });
  });

  test("shipping is a line of the invoice here, and what belongs to no line is none", () => {
    const event = fixture("credit_note.created/shipping-endive");
    const { invoice, lines } = event.data.object;
    expect(noteOf(event).lines).toEqual([
      { lineRef: lines.data[0].invoice_line_item, amount: 4165n, tax: 665n },
      { lineRef: `${invoice}:shipping`, amount: 1071n, tax: 171n },
    ]);
  });

  test("a list of lines that was cut off names none", () => {
    expect(noteOf(withObject(threeWays, { "lines.has_more": true })).lines).toEqual([]);
  });
});

test.each<[string, StripeEvent, Record<string, unknown>, string]>([
  [
    "both shapes that name different refunds",
    threeWays,
    { refund: "re_1" },
    "shapes_disagree data.object.refunds",
  ],
  [
    "both shapes that say different taxes",
    threeWays,
    { tax_amounts: [{ amount: 987, inclusive: false }] },
    "shapes_disagree data.object.total_taxes",
  ],
  [
    "parts that are more than the note",
    threeWays,
    { out_of_band_amount: 9000 },
    "credit_note_parts data.object.total",
  ],
  [
    "a total that is not its tax more",
    threeWays,
    { total_excluding_tax: 5201 },
    "credit_note_tax data.object.total",
  ],
  [
    "a balance transaction that is neither an id nor whole",
    threeWays,
    { customer_balance_transaction: { id: "cbtxn_1", amount: "-1188" } },
    "schema_invalid data.object.customer_balance_transaction",
  ],
  ["an unknown status", threeWays, { status: "draft" }, "schema_invalid data.object.status"],
  ["no invoice", threeWays, { invoice: null }, "schema_invalid data.object.invoice"],
  ["a negative total", threeWays, { total: -1 }, "amount_negative data.object.total"],
  [
    "a fraction in a line",
    threeWays,
    { "lines.data.0.amount": 0.5 },
    "amount_invalid data.object.lines.data.0.amount",
  ],
])("%s is parked", (_, event, changes, expected) => {
  expect(parkedAs(withObject(event, changes))).toContain(expected);
});
