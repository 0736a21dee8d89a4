import type { ChargeFact } from "../../../src/domain/facts/facts.ts";
import { place } from "../../../src/domain/place/place.ts";
import type { Placed } from "../../../src/domain/place/placement.ts";
import { day, told } from "../build.ts";
import {
  attempt,
  balanceRow,
  checkout,
  creditNote,
  dispute,
  invoice,
  invoicePayment,
  orders,
  refund,
  row,
} from "../build-linked.ts";

/** What is placed, which must not depend on the order of the facts. */
function placed(...facts: ChargeFact[]): Placed[] {
  const found = place(told(facts));
  for (const order of orders(facts).slice(0, 120)) expect(normal(place(told(order)))).toEqual(normal(found));
  return found;
}

/** Lists of facts are sets: their order says nothing. */
function normal(found: readonly Placed[]) {
  const text = (value: unknown) =>
    JSON.stringify(value, (_, part) => (typeof part === "bigint" ? `${part}` : part));
  return found.map(({ documents, movements, names, ...rest }) => ({
    ...rest,
    documents: documents.map(text).sort(),
    movements: movements.map(text).sort(),
    names: [...names].sort(),
  }));
}

const kindsOf = (found: readonly Placed[]) =>
  found.map(({ ref, documents }) => [ref, documents[0]?.document ?? "unseen"]);

const movementsOf = ({ movements }: Placed) =>
  movements.map(({ ref, movement, amount, linked }) => [ref, movement, amount, linked?.part ?? null]);

function only(found: readonly Placed[]): Placed {
  expect(found).toHaveLength(1);
  return found[0] as Placed;
}

describe("an invoice", () => {
  const named = {
    invoice: { ...(invoice().invoice as object), payment: { intentRef: "pi_1", chargeRef: "ch_1" } },
  };

  test("has the payment that an invoice payment links to it", () => {
    const found = only(placed(invoice(), invoicePayment(), attempt()));
    expect(found.linked?.payments.map(({ ref, amount }) => [ref, amount])).toEqual([["ch_1", 1000n]]);
    expect(found.linked?.invoicePayments).toEqual([
      { ref: "inpay_1", paymentRef: "ch_1", paid: true, amount: 1000n, paidAt: day(1) },
    ]);
    expect(found.names).toEqual(expect.arrayContaining(["in_1", "pi_1", "ch_1"]));
  });

  test("of the older shape names its payment itself", () => {
    const found = only(placed(invoice(named as never), attempt()));
    expect(found.linked?.payments[0]?.ref).toBe("ch_1");
    expect(found.linked?.invoicePayments).toBeNull();
  });

  test("is named by a charge of the older shape", () => {
    expect(only(placed(invoice(), attempt({ invoiceRef: { ref: "in_1" } }))).linked?.payments).toHaveLength(
      1,
    );
  });

  test("is not named by a canceled invoice payment", () => {
    const found = placed(invoice(), invoicePayment({ status: "canceled", amount: null }), attempt());
    expect(kindsOf(found)).toEqual([
      ["ch_1", "unseen"],
      ["in_1", "invoice"],
    ]);
  });

  test("knows money that came outside the provider as an invoice payment without payment", () => {
    const found = only(placed(invoice(), invoicePayment({ payment: "outside" })));
    expect(found.linked?.payments).toEqual([]);
    expect(found.linked?.invoicePayments?.[0]?.paymentRef).toBeNull();
  });

  test("that is only named is unseen, and has the currency of what names it", () => {
    const found = only(placed(invoicePayment({ currency: "EUR" }), attempt({ currency: "EUR" })));
    expect(kindsOf([found])).toEqual([["in_1", "unseen"]]);
    expect(found.currency).toBe("EUR");
  });
});

describe("a payment of which no invoice is known", () => {
  test("waits, by its attempt's name", () => {
    expect(kindsOf(placed(attempt()))).toEqual([["ch_1", "unseen"]]);
  });

  test("is a charge if the older shape says that it has no invoice", () => {
    expect(kindsOf(placed(attempt({ invoiceRef: "none" })))).toEqual([["ch_1", "charge"]]);
  });

  test("is a charge if a checkout without invoice took it", () => {
    expect(kindsOf(placed(attempt(), checkout()))).toEqual([["ch_1", "charge"]]);
  });

  test.each<[string, string, ChargeFact[]]>([
    ["is a charge", "charge", [attempt()]],
    ["is a charge that has failed", "charge", [attempt({ status: "failed", amount: 0n })]],
    ["waits if it names an invoice", "unseen", [attempt({ invoiceRef: { ref: "in_1" } })]],
    ["waits if a checkout names its invoice", "unseen", [attempt(), checkout({ invoiceRef: "in_1" })]],
    ["waits if a subscription was checked out", "unseen", [attempt(), checkout({ mode: "subscription" })]],
    ["waits while it was not seen itself", "unseen", [refund(1000n)]],
  ])("in a shop without invoices %s", (_, kind, facts) => {
    const found = place(told(facts, { unlessInvoiced: true }));
    expect(kindsOf(found).map(([, is]) => is)).toEqual([kind]);
  });

  test("in a shop without invoices stays a charge until an invoice of it is paid", () => {
    const kinds = (...facts: ChargeFact[]) => kindsOf(place(told(facts, { unlessInvoiced: true })));
    const unpaid = [attempt(), invoicePayment(), invoice({ stage: "open" })];
    expect(kinds(...unpaid)).toEqual([
      ["ch_1", "charge"],
      ["in_1", "invoice"],
    ]);
    expect(kinds(...unpaid, invoice({ on: 2 }))).toEqual([["in_1", "invoice"]]);
  });

  test("waits if a checkout of a subscription took it", () => {
    expect(kindsOf(placed(attempt(), checkout({ mode: "subscription" })))).toEqual([["ch_1", "unseen"]]);
  });

  test("is one payment under its intent's and its attempts' names, of which only one took money", () => {
    const found = only(
      placed(
        attempt({ ref: "ch_0", status: "failed", amount: 0n, event: "evt_a" }),
        attempt({ event: "evt_b" }),
        attempt({ ref: "pi_1", refs: { intentRef: "pi_1", chargeRef: "ch_1" }, event: "evt_c" }),
        checkout(),
      ),
    );
    expect(found.linked?.payments).toMatchObject([
      { ref: "ch_1", amount: 1000n, names: ["ch_0", "ch_1", "pi_1"] },
    ]);
  });

  test("has the tax of the checkout that took all of it", () => {
    const [document] = only(placed(attempt(), checkout({ tax: 160n }))).documents;
    expect(document).toMatchObject({ subtotal: 840n, tax: 160n, total: 1000n });
    const [partly] = only(placed(attempt(), checkout({ tax: 160n, total: 2000n }))).documents;
    expect(partly).toMatchObject({ subtotal: 1000n, tax: 0n, total: 1000n });
  });
});

describe("a charge of its own that turns out to pay an invoice", () => {
  const alone = [attempt(), checkout()];

  test("stays one while the invoice is not paid, and says so to it", () => {
    const found = placed(...alone, invoicePayment(), invoice({ stage: "open" }));
    expect(kindsOf(found)).toEqual([
      ["ch_1", "charge"],
      ["in_1", "invoice"],
    ]);
    expect(found[1]?.linked?.payments[0]?.standsAlone).toBe(true);
  });

  test("is the invoice's once that is paid, under all of its names", () => {
    const found = only(placed(...alone, invoicePayment(), invoice()));
    expect(found.ref).toBe("in_1");
    expect(found.names).toEqual(expect.arrayContaining(["ch_1", "pi_1"]));
    expect(found.linked?.payments[0]?.standsAlone).toBe(false);
  });
});

describe("a payment of two invoices", () => {
  const both = [
    attempt(),
    invoice({ total: 667n, event: "evt_a" }),
    invoice({ ref: "in_2", total: 333n, event: "evt_b" }),
    invoicePayment({ amount: 667n, event: "evt_c" }),
    invoicePayment({ ref: "inpay_2", invoiceRef: "in_2", amount: 333n, event: "evt_d" }),
  ];

  test("is shared by what each was paid of it, its balance row too", () => {
    const found = placed(...both, balanceRow("ch_1", row("txn_1", 1000n, { fee: 59n })));
    expect(found.map(({ linked }) => linked?.payments[0]?.amount)).toEqual([667n, 333n]);
    expect(found.map(({ linked }) => linked?.payments[0]?.row)).toMatchObject([
      { gross: 667n, fee: 39n, net: 628n },
      { gross: 333n, fee: 20n, net: 313n },
    ]);
  });

  test("has refunds that are shared likewise, as an estimate", () => {
    const found = place(told([...both, refund(100n)]));
    expect(found.map(movementsOf)).toEqual([
      [["re_1", "refund", 67n, "re_1/in_1"]],
      [["re_1", "refund", 33n, "re_1/in_2"]],
    ]);
    expect(found.map(({ movements }) => movements[0]?.linked?.estimated)).toEqual([true, true]);
  });

  test("has refunds that belong to the invoice whose note names them", () => {
    const note = creditNote({ invoiceRef: "in_2", total: 100n, refunds: [{ ref: "re_1", amount: 100n }] });
    const found = place(told([...both, refund(100n), note]));
    expect(found.map(({ movements }) => movements.map(({ amount }) => amount))).toEqual([[], [100n]]);
    expect(found[1]?.movements[0]?.linked?.estimated).toBe(false);
  });
});

describe("a refund", () => {
  test("that came before its payment waits with it under any name of it", () => {
    expect(kindsOf(placed(refund(1000n)))).toEqual([["ch_1", "unseen"]]);
    expect(only(placed(refund(1000n), invoicePayment(), invoice())).names).toContain("re_1");
  });

  test("has the tax that its note states, if the note refunded all of it", () => {
    const note = creditNote({ tax: 50n, refunds: [{ ref: "re_1", amount: 300n }] });
    expect(only(placed(invoice(), invoicePayment(), refund(300n), note)).movements[0]).toMatchObject({
      amount: 300n,
      subtotal: 250n,
      tax: 50n,
    });
    expect(only(placed(invoice(), invoicePayment(), refund(400n), note)).movements[0]?.tax).toBeNull();
  });

  test("has its balance row, also if that came first", () => {
    const found = only(
      placed(balanceRow("re_1", row("txn_2", -300n)), refund(300n), invoicePayment(), invoice()),
    );
    expect(found.movements[0]?.linked?.row).toMatchObject({ ref: "txn_2", gross: -300n });
  });
});

describe("a balance row of something that was not seen", () => {
  test("waits with a payment of that name", () => {
    expect(kindsOf(placed(balanceRow("ch_9", row("txn_9", 1000n))))).toEqual([["ch_9", "unseen"]]);
  });
});

describe("a dispute", () => {
  const paid = [invoice(), invoicePayment()];

  test("that is an inquiry moves nothing", () => {
    const found = only(placed(...paid, dispute([], { state: "inquiry" })));
    expect(found.movements).toEqual([]);
    expect(found.linked?.disputes).toEqual([{ ref: "dp_1", state: "inquiry", decidedAt: null, rows: [] }]);
  });

  test("moves by its rows, each once however often they are listed", () => {
    const out = row("txn_1", -1000n, { fee: 1500n });
    const back = row("txn_2", 1000n, { fee: -1500n, createdAt: day(3) });
    const found = only(
      placed(
        ...paid,
        dispute([out], { event: "evt_a" }),
        dispute([out, back], { event: "evt_b", on: 3, state: "won" }),
        dispute([out], { event: "evt_c", on: 4, state: "won" }),
      ),
    );
    expect(movementsOf(found).sort()).toEqual([
      ["txn_1", "dispute", 1000n, null],
      ["txn_2", "dispute_reversal", 1000n, null],
    ]);
    expect(found.linked?.disputes[0]?.state).toBe("won");
  });
});

describe("a credit note", () => {
  const paid = [invoice(), invoicePayment()];

  test("is told in its parts: what is credited and what is given outside move by themselves, a refund moves once", () => {
    const note = creditNote({
      total: 700n,
      tax: 70n,
      refunds: [{ ref: "re_1", amount: 300n }],
      credited: 300n,
      givenOutside: 100n,
    });
    const found = only(placed(...paid, refund(300n), note));
    expect(movementsOf(found).sort()).toEqual([
      ["cn_1", "credit", 300n, null],
      ["cn_1:outside", "refund", 100n, null],
      ["re_1", "refund", 300n, null],
    ]);
    expect(found.movements.map(({ tax }) => tax).sort()).toEqual([10n, 30n, 30n]);
  });

  test("of the older shape does not say how much it credited: it is what is left", () => {
    const note = creditNote({ total: 700n, refunds: [{ ref: "re_1", amount: null }], credited: null });
    const found = only(placed(...paid, refund(300n), note));
    expect(movementsOf(found).sort()).toEqual([
      ["cn_1", "credit", 400n, null],
      ["re_1", "refund", 300n, null],
    ]);
  });

  test("that is void moves nothing", () => {
    const note = creditNote({ credited: 300n });
    const found = only(
      placed(...paid, note, { ...note, status: "void" as const, stamp: refund(1n, { on: 5 }).stamp }),
    );
    expect(found.movements.map(({ status }) => status)).toEqual(["canceled"]);
    expect(found.linked?.notes).toEqual([]);
  });
});
