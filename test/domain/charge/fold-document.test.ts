import type { DocumentFact, Stage } from "../../../src/domain/facts/facts.ts";
import { day, document, foldFacts, keyOf, line, movement, payment } from "../build.ts";

/** The charge that these facts make, whatever their order: it is folded both ways round. */
function chargeOf(...facts: Parameters<typeof foldFacts>[1]) {
  const charge = foldFacts(keyOf("txn_1"), facts);
  expect(foldFacts(keyOf("txn_1"), [...facts].reverse())).toEqual(charge);
  expect(foldFacts(keyOf("txn_1"), [...facts, ...facts])).toEqual(charge);
  return charge;
}

const said = (on: number, stage: Stage, of: Partial<DocumentFact> = {}) => document({ on, stage, ...of });

describe("how far a document has come", () => {
  test.each<[string, [Stage, number][], string]>([
    // What was said on which day, and what the charge is then.
    ["a draft", [["draft", 1]], "draft"],
    ["ready is still a draft", [["ready", 1]], "draft"],
    ["billed", [["open", 1]], "open"],
    ["paid", [["paid", 1]], "paid"],
    ["completed is paid", [["completed", 1]], "paid"],
    [
      "a draft said after it was billed",
      [
        ["open", 1],
        ["draft", 2],
      ],
      "open",
    ],
    [
      "billed said after it was paid",
      [
        ["paid", 1],
        ["open", 2],
      ],
      "paid",
    ],
    [
      "paid said after it was completed",
      [
        ["completed", 1],
        ["paid", 2],
      ],
      "paid",
    ],
    [
      "open, then past due",
      [
        ["open", 1],
        ["past_due", 2],
      ],
      "past_due",
    ],
    [
      "past due, then open again: time decides",
      [
        ["past_due", 1],
        ["open", 2],
      ],
      "open",
    ],
    [
      "past due, then paid",
      [
        ["past_due", 1],
        ["paid", 2],
      ],
      "paid",
    ],
    [
      "canceled before it was paid",
      [
        ["open", 1],
        ["void", 2],
      ],
      "void",
    ],
    [
      "canceled, and billed said late",
      [
        ["void", 1],
        ["open", 2],
      ],
      "void",
    ],
    [
      "canceled never wins over paid",
      [
        ["paid", 1],
        ["void", 2],
      ],
      "paid",
    ],
    [
      "uncollectible, then paid after all",
      [
        ["uncollectible", 1],
        ["paid", 2],
      ],
      "paid",
    ],
    [
      "uncollectible, then void",
      [
        ["uncollectible", 1],
        ["void", 2],
      ],
      "void",
    ],
  ])("%s", (_, stages, status) => {
    expect(chargeOf(...stages.map(([stage, on]) => said(on, stage))).status).toBe(status);
  });

  test("between two of the same rank and time, the greater event id wins", () => {
    const [a, b] = [
      document({ event: "evt_a", invoiceNumber: "1" }),
      document({ event: "evt_b", invoiceNumber: "2" }),
    ];
    expect(chargeOf(a, b).invoiceNumber).toBe("2");
  });

  test("a nanosecond decides", () => {
    const first = document({ event: "evt_z", invoiceNumber: "first" });
    const second = document({ event: "evt_a", invoiceNumber: "second" });
    const later = { ...second, stamp: { ...second.stamp, occurredAt: second.stamp.occurredAt + 1n } };
    expect(chargeOf(first, later).invoiceNumber).toBe("second");
  });

  test("when it became what a list, or a late event, says it is: by its own word, not by when that was told", () => {
    const listed = said(90, "completed", { reachedAt: day(3) });
    expect(chargeOf(listed).saidCompletedAt).toBe(day(3));
    expect(chargeOf(listed, said(95, "completed", { reachedAt: day(2) })).saidCompletedAt).toBe(day(2));
    expect(chargeOf(listed, said(3.1, "completed")).saidCompletedAt).toBe(day(3.1));
  });

  test("when it was first said to be paid and completed, and when its status last changed", () => {
    const charge = chargeOf(said(1, "open"), said(2, "paid"), said(3, "completed"), said(4, "completed"));
    expect([charge.saidPaidAt, charge.saidCompletedAt, charge.statusChangedAt]).toEqual([
      day(2),
      day(3),
      day(3),
    ]);
  });
});

describe("a late null", () => {
  test.each<[string, Partial<DocumentFact>, Partial<DocumentFact>, string, unknown]>([
    // What came first, what came later, and what is kept of it.
    ["never erases a fee", { fee: 150n }, { fee: null }, "fee", 150n],
    ["never erases earnings", { fee: 150n }, { fee: null }, "earnings", 1516n],
    ["never erases an invoice number", { invoiceNumber: "7" }, { invoiceNumber: null }, "invoiceNumber", "7"],
    [
      "never erases a subscription",
      { subscriptionRef: "s" },
      { subscriptionRef: null },
      "subscriptionRef",
      "s",
    ],
    ["never erases metadata", { metadata: { a: "1" } }, { metadata: null }, "metadata", { a: "1" }],
    ["gives way to what is known later", { fee: null }, { fee: 150n }, "fee", 150n],
    [
      "is what an event has no field for, too",
      { invoiceNumber: "7" },
      { invoiceNumber: undefined as never },
      "invoiceNumber",
      "7",
    ],
    ["a fee of 0 is known", { fee: 150n }, { fee: 0n }, "fee", 0n],
  ])("%s", (_, first, later, field, kept) => {
    const charge = chargeOf(document({ on: 1, ...first }), document({ on: 2, ...later }));
    expect(charge[field as "fee"]).toEqual(kept);
  });

  test("does erase while the document is a draft: something was removed from it", () => {
    const charge = chargeOf(
      said(1, "draft", { invoiceNumber: "7" }),
      said(2, "ready", { invoiceNumber: null }),
    );
    expect(charge.invoiceNumber).toBeNull();
  });

  test("of a billed document keeps what the last draft said, but nothing older", () => {
    const drafts = [
      said(1, "draft", { origin: "api", invoiceNumber: "7" }),
      said(2, "draft", { origin: "web", invoiceNumber: null }),
    ];
    const charge = chargeOf(...drafts, said(3, "open", { origin: null, invoiceNumber: null }));
    expect([charge.origin, charge.invoiceNumber]).toEqual(["web", null]);
  });

  test("fees are known once one event says so", () => {
    expect(chargeOf(document({ fee: null })).feeState).toBe("pending");
    expect(chargeOf(document({ fee: null }), document({ on: 2 })).feeState).toBe("known");
    expect(chargeOf(said(1, "void", { fee: null })).feeState).toBe("none");
  });
});

describe("what was collected", () => {
  const asked = (of: Partial<DocumentFact>) => document({ lines: [line("a", 1000n)], ...of });
  test.each<
    [string, DocumentFact, { collected: bigint | null; outstanding: bigint | null; overpaid: bigint | null }]
  >([
    ["paid at once", asked({}), { collected: 1000n, outstanding: 0n, overpaid: 0n }],
    [
      "the same attempt listed twice counts once",
      asked({ payments: [payment("p", 1000n), payment("p", 1000n)] }),
      { collected: 1000n, outstanding: 0n, overpaid: 0n },
    ],
    [
      "two attempts add up",
      asked({ payments: [payment("p", 600n), payment("q", 400n)] }),
      { collected: 1000n, outstanding: 0n, overpaid: 0n },
    ],
    [
      "an attempt that failed is no money",
      asked({ payments: [payment("p", 1000n, { captured: false }), payment("q", 400n)] }),
      { collected: 400n, outstanding: 600n, overpaid: 0n },
    ],
    [
      "more than was asked",
      asked({ payments: [payment("p", 1000n), payment("q", 1000n)] }),
      { collected: 2000n, outstanding: 0n, overpaid: 1000n },
    ],
    [
      "no attempts listed: the document's word",
      asked({ payments: null, balance: 300n }),
      { collected: 700n, outstanding: 300n, overpaid: 0n },
    ],
    [
      "neither attempts nor balance: unknown, not 0",
      asked({ payments: null, balance: null }),
      { collected: null, outstanding: null, overpaid: null },
    ],
    ["nothing to pay", asked({ creditApplied: 1000n }), { collected: 0n, outstanding: 0n, overpaid: 0n }],
    [
      "called off: nothing is asked for any more",
      asked({ stage: "void", balance: 1000n, payments: [] }),
      { collected: 0n, outstanding: 0n, overpaid: 0n },
    ],
    [
      "called off after a part was paid: that part is too much",
      asked({ stage: "void", balance: 600n, payments: [payment("p", 400n)] }),
      { collected: 400n, outstanding: 0n, overpaid: 400n },
    ],
  ])("%s", (_, fact, money) => {
    expect(chargeOf(fact)).toMatchObject(money);
  });

  test("what was captured stays captured, and partial payments add up over the events", () => {
    const first = said(1, "open", { payments: [payment("p", 600n)] });
    const second = said(2, "open", {
      payments: [payment("q", 1399n), payment("p", 600n, { captured: false })],
    });
    expect(chargeOf(first).collected).toBe(600n);
    expect(chargeOf(first, second).collected).toBe(1999n);
  });

  test("a credit that lowers the document lowers what is outstanding, and one undone raises it again", () => {
    const open = said(1, "open", { payments: [payment("p", 1000n)] });
    const lowering = { movement: "credit", toCustomerBalance: false } as const;
    const credit = movement(600n, { ...lowering, ref: "c" });
    const undone = movement(600n, { ...lowering, ref: "r", movement: "credit_reversal" });
    expect(chargeOf(open).outstanding).toBe(999n);
    expect(chargeOf(open, credit).outstanding).toBe(399n);
    expect(chargeOf(open, { ...credit, toCustomerBalance: true }).outstanding).toBe(999n);
    expect(chargeOf(open, credit, undone).outstanding).toBe(999n);
    expect(chargeOf(open, movement(1500n, { ...lowering, ref: "c" })).overpaid).toBe(501n);
  });

  test("of several captured attempts the last names the method and the time", () => {
    const method = (type: string) => ({ type, brand: null, last4: null });
    const charge = chargeOf(
      document({
        payments: [
          payment("late", 1n, { capturedAt: day(3), method: method("card") }),
          payment("early", 1n, { capturedAt: day(2), method: method("paypal") }),
        ],
      }),
    );
    expect([charge.paidAt, charge.paymentMethod?.type]).toEqual([day(3), "card"]);
  });
});
