import type { ChargeFact, DocumentFact } from "../../src/domain/facts/facts.ts";
import type {
  BalanceFact,
  BalanceRow,
  CheckoutFact,
  CreditNoteFact,
  DisputeFact,
  InvoicePaymentFact,
  PaymentFact,
  RefundFact,
} from "../../src/domain/facts/linked-facts.ts";
import type { Amount } from "../../src/domain/money.ts";
import { day, document, stamp } from "./build.ts";

/** Short ways to write facts of objects that name each other. Without more said, they are of 10.00 USD and of day 1. */

type Of<Fact> = Partial<Omit<Fact, "stamp">> & { readonly on?: number; readonly event?: string };

function stamped<Fact>(facts: Omit<Fact, "stamp">, { on = 1, event, ...of }: Of<Fact>): Fact {
  return { ...facts, ...of, stamp: stamp(on, event) } as Fact;
}

/** A paid invoice of today's shape: it names no payment. */
export function invoice(of: Of<DocumentFact> = {}): DocumentFact {
  const total = of.total ?? 1000n;
  return document({
    ref: "in_1",
    document: "invoice",
    stage: "paid",
    lines: null,
    payments: null,
    subtotal: total,
    discount: 0n,
    tax: 0n,
    total,
    grandTotal: total,
    fee: null,
    earnings: null,
    customerRef: "cus_1",
    invoice: {
      amountPaid: total,
      overpaid: 0n,
      saysOutside: null,
      payment: null,
      startingBalance: 0n,
      endingBalance: 0n,
      unstatedCredit: 0n,
      linesComplete: true,
    },
    ...of,
  });
}

/** The attempt that took the money of intent `pi_1`. */
export function attempt(of: Of<PaymentFact> = {}): PaymentFact {
  const ref = of.ref ?? "ch_1";
  return stamped<PaymentFact>(
    {
      kind: "payment",
      ref,
      refs: { intentRef: "pi_1", chargeRef: ref },
      invoiceRef: null,
      status: "succeeded",
      currency: "USD",
      amount: 1000n,
      authorised: null,
      amountRefunded: null,
      capturedAt: day(1),
      reachedAt: null,
      method: null,
      customerRef: "cus_1",
      description: null,
      livemode: false,
      createdAt: day(1),
      metadata: null,
      rowRef: null,
    },
    of,
  );
}

export function invoicePayment(of: Of<InvoicePaymentFact> = {}): InvoicePaymentFact {
  return stamped<InvoicePaymentFact>(
    {
      kind: "invoice_payment",
      ref: "inpay_1",
      invoiceRef: "in_1",
      payment: { intentRef: "pi_1", chargeRef: null },
      status: "paid",
      currency: "USD",
      amount: 1000n,
      paidAt: day(1),
    },
    of,
  );
}

/** A checkout without invoice: it proves that `pi_1` has none. */
export function checkout(of: Of<CheckoutFact> = {}): CheckoutFact {
  return stamped<CheckoutFact>(
    {
      kind: "checkout",
      ref: "cs_1",
      payment: { intentRef: "pi_1", chargeRef: null },
      invoiceRef: null,
      mode: "payment",
      currency: "USD",
      discount: 0n,
      tax: 0n,
      total: 1000n,
      customerRef: "cus_1",
      metadata: null,
    },
    of,
  );
}

export function refund(amount: Amount, of: Of<RefundFact> = {}): RefundFact {
  return stamped<RefundFact>(
    {
      kind: "refund",
      ref: "re_1",
      payment: { intentRef: "pi_1", chargeRef: "ch_1" },
      status: "succeeded",
      currency: "USD",
      amount,
      reason: null,
      createdAt: day(2),
    },
    { on: 2, ...of },
  );
}

export function row(ref: string, gross: Amount, of: Partial<BalanceRow> = {}): BalanceRow {
  const fee = of.fee ?? 0n;
  return {
    ref,
    currency: "USD",
    gross,
    exchangeRate: null,
    createdAt: day(2),
    category: null,
    ...of,
    fee,
    net: gross - fee,
  };
}

/** A dispute of all of `pi_1`, with what was withdrawn for it. */
export function dispute(rows: readonly BalanceRow[], of: Of<DisputeFact> = {}): DisputeFact {
  return stamped<DisputeFact>(
    {
      kind: "dispute",
      ref: "dp_1",
      payment: { intentRef: "pi_1", chargeRef: "ch_1" },
      state: "open",
      currency: "USD",
      amount: 1000n,
      reason: "fraudulent",
      createdAt: day(2),
      rows,
    },
    { on: 2, ...of },
  );
}

export function creditNote(of: Of<CreditNoteFact> = {}): CreditNoteFact {
  return stamped<CreditNoteFact>(
    {
      kind: "credit_note",
      ref: "cn_1",
      invoiceRef: "in_1",
      status: "issued",
      currency: "USD",
      total: 300n,
      tax: null,
      beforePayment: 0n,
      refunds: [],
      credited: 0n,
      givenOutside: 0n,
      lines: [],
      customerRef: "cus_1",
      reason: null,
      createdAt: day(3),
    },
    { on: 3, ...of },
  );
}

export function balanceRow(sourceRef: string, settled: BalanceRow, of: Of<BalanceFact> = {}): BalanceFact {
  return stamped<BalanceFact>(
    { kind: "balance_row", ref: settled.ref, sourceRef, chargeRef: null, row: settled },
    { on: 4, ...of },
  );
}

/** The same facts in every order, as long as they are few. */
export function orders(facts: readonly ChargeFact[]): ChargeFact[][] {
  if (facts.length <= 1) return [[...facts]];
  return facts.flatMap((fact, index) => orders(facts.toSpliced(index, 1)).map((others) => [fact, ...others]));
}
