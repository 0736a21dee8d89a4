import type { Charge } from "../../../src/domain/charge/charge.ts";
import type { ChargeFact } from "../../../src/domain/facts/facts.ts";
import { day, line } from "../build.ts";
import {
  charged,
  chargeOf,
  dispute,
  intent,
  invoice,
  invoiced,
  paidWith,
  refund,
  row,
  settles,
} from "../build-invoices.ts";

type Cash = Pick<Charge, "collected" | "collectedEvidence" | "outstanding" | "overpaid"> & {
  readonly outside?: bigint;
};
const cash = (
  collected: bigint | null,
  collectedEvidence: Cash["collectedEvidence"],
  of: Partial<Cash> = {},
) => ({ collected, collectedEvidence, outstanding: 0n, overpaid: 0n, outside: 0n, ...of });
const second = { ref: "inpay_2", payment: { intentRef: "pi_2", chargeRef: null } };
const outside = { ref: "inpay_2", payment: "outside" } as const;

describe("what was collected for an invoice: the first that is known", () => {
  test.each<[string, ChargeFact[], Cash]>([
    ["its paid invoice payments", [invoice(), paidWith(1999n)], cash(1999n, "payments")],
    ["several of them", [invoice(), paidWith(1500n), paidWith(499n, second)], cash(1999n, "payments")],
    [
      "a part of it, while it is open",
      [invoice({ stage: "open" }), paidWith(1500n)],
      cash(1500n, "payments", { outstanding: 499n }),
    ],
    [
      "records of money that came outside the provider are none",
      [invoice(), paidWith(1500n), paidWith(499n, outside)],
      cash(1500n, "payments", { outside: 499n }),
    ],
    [
      "one that is not paid says nothing",
      [invoice(), paidWith(1999n, { status: "open", amount: null })],
      cash(1999n, "stated"),
    ],
    [
      "one that was canceled is none",
      [invoice(), paidWith(1999n, { status: "canceled" })],
      cash(1999n, "stated"),
    ],
    [
      "a payment that names it",
      [invoice(), charged(1999n, { invoiceRef: { ref: "in_1" } })],
      cash(1999n, "payments"),
    ],
    [
      "a payment that it names",
      [invoice({ terms: { payment: intent } }), charged(1999n)],
      cash(1999n, "payments"),
    ],
    [
      "the same payment, told by both, once",
      [invoice({ terms: { payment: intent } }), charged(1999n), paidWith(1999n)],
      cash(1999n, "payments"),
    ],
    [
      "a payment that failed is none",
      [invoice({ stage: "open", terms: { payment: intent } }), charged(0n, { status: "failed" })],
      cash(0n, "stated", { outstanding: 1999n }),
    ],
    [
      "an older shape that says it was paid outside",
      [invoice({ terms: { saysOutside: true } })],
      cash(0n, "stated", { outside: 1999n }),
    ],
    [
      "… also where it does not count that as paid",
      [invoice({ terms: { saysOutside: true, amountPaid: 0n } })],
      cash(0n, "stated", { outside: 1999n }),
    ],
    [
      "an older shape that names no payment",
      [invoice({ terms: { payment: "none" } })],
      cash(0n, "stated", { outside: 1999n }),
    ],
    [
      "… though the same invoice named one before it was paid",
      [
        invoice({ stage: "open", terms: { payment: intent } }),
        invoice({ on: 2, terms: { payment: "none" } }),
      ],
      cash(0n, "stated", { outside: 1999n }),
    ],
    [
      "an older shape that named no payment while it was open says nothing of how it was paid",
      [invoice({ stage: "open", terms: { payment: "none", amountPaid: 0n } }), invoice({ on: 2 })],
      cash(1999n, "stated"),
    ],
    ["nothing, where nothing was due", [invoice({ lines: [line("a", 0n)] })], cash(0n, "stated")],
    [
      "nothing, also where it does not say so",
      [invoice({ lines: [line("a", 0n)], terms: { amountPaid: null } })],
      cash(0n, "stated"),
    ],
    [
      "a payment in another currency is none",
      [invoice({ terms: { payment: intent } }), charged(1999n, { currency: "EUR" })],
      cash(1999n, "stated"),
    ],
    [
      "a payment that took nothing is none",
      [invoice({ terms: { payment: intent } }), charged(0n)],
      cash(1999n, "stated"),
    ],
    [
      "paid outside beyond what was seen",
      [invoice({ terms: { saysOutside: true } }), paidWith(1500n)],
      cash(1500n, "payments", { outside: 499n }),
    ],
    ["its own word", [invoice()], cash(1999n, "stated")],
    [
      "nothing is known",
      [invoice({ terms: { amountPaid: null } })],
      cash(null, "none", { outstanding: null, overpaid: null }),
    ],
    [
      "its own word of what was paid beyond what was asked",
      [invoice({ terms: { overpaid: 50n } })],
      cash(2049n, "stated", { overpaid: 50n }),
    ],
    [
      "more than was asked",
      [invoice({ terms: { overpaid: 1n } }), paidWith(2000n)],
      cash(2000n, "payments", { overpaid: 1n }),
    ],
    [
      "a void invoice asks for nothing",
      [invoice({ stage: "void" }), paidWith(5n)],
      cash(5n, "payments", { overpaid: 5n }),
    ],
  ])("%s", (_, facts, expected) => {
    const charge = invoiced(...facts);
    const { collected, collectedEvidence, outstanding, overpaid } = charge;
    expect({
      collected,
      collectedEvidence,
      outstanding,
      overpaid,
      outside: charge.linked?.paidOutside,
    }).toEqual(expected);
  });

  test("what was collected is the sum of what each payment took", () => {
    const { linked } = invoiced(invoice(), paidWith(1500n), paidWith(499n, second), charged(1500n));
    expect(linked?.receipts.map(({ paymentRef, amount }) => [paymentRef, amount])).toEqual([
      ["ch_1", 1500n],
      ["pi_2", 499n],
    ]);
  });

  test("a payment that waits for its invoice has collected what it captured", () => {
    expect(chargeOf("ch_1", charged(1999n))).toMatchObject({ kind: "unseen", collected: 1999n });
  });

  test("an unseen invoice has collected what its payments say", () => {
    expect(invoiced(paidWith(1999n))).toMatchObject({ kind: "unseen", status: "unseen", collected: 1999n });
  });

  test("whose it is and whether it is real money, as far as only the payment says so", () => {
    expect(chargeOf("ch_1", charged(1999n))).toMatchObject({ customerRef: "cus_1", livemode: true });
  });

  test("of two payments the last one, however they are named", () => {
    const last = charged(1500n, { capturedAt: day(3), method: { type: "link", brand: null, last4: null } });
    const first = charged(499n, { ref: "ch_2", refs: { intentRef: "pi_2", chargeRef: "ch_2" } });
    const invoicePayments = [paidWith(1500n, { paidAt: day(3) }), paidWith(499n, second)];
    expect(invoiced(invoice(), first, last, ...invoicePayments).paymentMethod?.type).toBe("link");
  });

  test("when and how it was paid is the last payment's to say", () => {
    const first = charged(1500n, { capturedAt: day(1) });
    const last = charged(499n, {
      ref: "ch_2",
      refs: { intentRef: "pi_2", chargeRef: "ch_2" },
      method: { type: "sepa_debit", brand: null, last4: "3000" },
    });
    const facts = [
      invoice({ on: 4 }),
      first,
      last,
      paidWith(1500n),
      paidWith(499n, { ...second, paidAt: day(3) }),
    ];
    expect(invoiced(...facts)).toMatchObject({ paidAt: day(3), paymentMethod: { type: "sepa_debit" } });
    expect(invoiced(invoice({ on: 4 })).paidAt).toBe(day(4));
  });
});

describe("fee and settlement", () => {
  const paid = [invoice(), paidWith(1500n), paidWith(499n, second), charged(1500n)];
  const euros = { currency: "EUR", exchangeRate: "0.9" };

  test("are pending until every payment has its balance row", () => {
    expect(invoiced(...paid)).toMatchObject({ feeState: "pending", fee: null, settlement: null });
    expect(invoiced(...paid, settles("ch_1", row("txn_1", 1500n, 74n)))).toMatchObject({
      feeState: "pending",
      fee: null,
    });
  });

  test("are the sum of the rows", () => {
    const rows = [settles("ch_1", row("txn_1", 1500n, 74n)), settles("pi_2", row("txn_2", 499n, 44n))];
    expect(invoiced(...paid, ...rows)).toMatchObject({
      feeState: "known",
      fee: 118n,
      earnings: 1881n,
      settlement: { currency: "USD", gross: 1999n, fee: 118n, net: 1881n, tax: null },
    });
  });

  test("in another currency are the provider's alone: nothing is subtracted across", () => {
    const charge = invoiced(
      invoice(),
      charged(1999n),
      paidWith(1999n),
      settles("ch_1", row("txn_1", 1799n, 80n, euros)),
    );
    expect(charge).toMatchObject({
      feeState: "known",
      fee: null,
      earnings: null,
      settlement: { currency: "EUR", gross: 1799n, fee: 80n, net: 1719n, exchangeRate: "0.9" },
    });
  });

  test("in two currencies have no sum, though all is known", () => {
    const rows = [settles("ch_1", row("txn_1", 1350n, 70n, euros)), settles("pi_2", row("txn_2", 499n, 44n))];
    expect(invoiced(...paid, ...rows)).toMatchObject({ feeState: "known", fee: null, settlement: null });
  });

  test("none can come where nothing was collected", () => {
    expect(invoiced(invoice({ lines: [line("a", 0n)] })).feeState).toBe("none");
  });
});

describe("what became of it", () => {
  const all = [invoice(), charged(1999n), paidWith(1999n)];
  const withdrawn = row("txn_w", -1999n, 1500n);
  const given = row("txn_r", 1999n, -1500n);
  test.each<[string, ChargeFact[], Partial<Charge>]>([
    ["nothing", [], { reversal: "none", refunded: 0n, disputed: 0n }],
    ["a refund in part", [refund(500n)], { reversal: "partially_refunded", refunded: 500n }],
    ["a refund of all", [refund(1999n)], { reversal: "refunded", refunded: 1999n }],
    ["a refund that is pending", [refund(1999n, { status: "pending" })], { reversal: "none", refunded: 0n }],
    [
      "a refund that failed later",
      [refund(1999n), refund(1999n, { on: 3, status: "failed" })],
      { reversal: "none", refunded: 0n },
    ],
    [
      "a refund that was canceled",
      [refund(1999n, { status: "pending" }), refund(1999n, { on: 3, status: "canceled" })],
      { reversal: "none", refunded: 0n },
    ],
    ["an inquiry", [dispute(1999n, { state: "inquiry" })], { reversal: "none", disputed: 0n }],
    ["a case that is open", [dispute(1999n)], { reversal: "disputed", disputed: 0n }],
    ["money withdrawn", [dispute(1999n, { rows: [withdrawn] })], { reversal: "disputed", disputed: 1999n }],
    [
      "a dispute won whose money is not back yet",
      [dispute(1999n, { rows: [withdrawn] }), dispute(1999n, { on: 5, state: "won", rows: [withdrawn] })],
      { reversal: "disputed", disputed: 1999n },
    ],
    [
      "a dispute won",
      [
        dispute(1999n, { rows: [withdrawn] }),
        dispute(1999n, { on: 5, state: "won", rows: [withdrawn, given] }),
      ],
      { reversal: "none", disputed: 0n },
    ],
    [
      "a dispute lost",
      [dispute(1999n, { rows: [withdrawn] }), dispute(1999n, { on: 5, state: "lost", rows: [withdrawn] })],
      { reversal: "charged_back", disputed: 1999n },
    ],
  ])("%s", (_, facts, expected) => {
    expect(invoiced(...all, ...facts)).toMatchObject(expected);
  });
});

test("a refund that is shared by two invoices is a movement of each, under a name of its own", () => {
  const facts = [
    invoice({ lines: [line("a", 600n)] }),
    invoice({ ref: "in_2", lines: [line("a", 400n)] }),
    charged(1000n),
    paidWith(600n),
    paidWith(400n, { ref: "inpay_2", invoiceRef: "in_2" }),
    refund(100n),
  ];
  const [first, other] = [chargeOf("in_1", ...facts).movements[0], chargeOf("in_2", ...facts).movements[0]];
  expect([first?.ref, first?.amount, other?.ref, other?.amount]).toEqual(["re_1", 60n, "re_1", 40n]);
  expect(first?.id).not.toBe(other?.id);
});
