import { type BookOptions, book } from "../../src/domain/book/book.ts";
import { type Balances, balanced } from "../../src/domain/book/journal.ts";
import type { Charge } from "../../src/domain/charge/charge.ts";
import { fold } from "../../src/domain/charge/fold.ts";
import type { ChargeFact, DocumentFact, InvoiceTerms } from "../../src/domain/facts/facts.ts";
import type {
  BalanceFact,
  BalanceRow,
  CreditNoteFact,
  DisputeFact,
  InvoicePaymentFact,
  PaymentFact,
  RefundFact,
} from "../../src/domain/facts/linked-facts.ts";
import { type Amount, maximum, minimum } from "../../src/domain/money.ts";
import { placementOf } from "../../src/domain/place/place.ts";
import { day, document, stamp, told } from "./build.ts";

/** Short ways to write a paid invoice with its payments and what went back, and to see what is made of them. */

type Of<Fact> = Partial<Omit<Fact, "stamp">> & { readonly on?: number; readonly event?: string };

function stamped<Fact>(facts: Omit<Fact, "stamp">, { on = 1, event, ...of }: Of<Fact>): Fact {
  return { ...facts, ...of, stamp: stamp(on, event) } as Fact;
}

export const stripeKey = (ref: string) => ({ provider: "stripe", account: "default", ref }) as const;

/** The charge of this ref that facts make. */
export const chargeOf = (ref: string, ...facts: ChargeFact[]): Charge =>
  fold(stripeKey(ref), placementOf(ref, told(facts)));

export const invoiced = (...facts: ChargeFact[]) => chargeOf("in_1", ...facts);

/** What the ledger should say of a charge, by short names of accounts; it is checked to balance. */
export function ledgerOf(charge: Charge, options: Partial<BookOptions> = {}): Record<string, Amount> {
  const target = book(charge, { settledAt: charge.saidPaidAt, booksStartAt: null, ...options });
  for (const { balances } of target.steps()) balanced(balances.postings());
  return shortly(target.total(), charge);
}

const shortly = (target: Balances, charge: Charge) =>
  Object.fromEntries(
    target.postings().map(({ account, currency, amount }) => {
      const short = account
        .replace(/^(assets|liabilities|revenue|expenses|equity):/, "")
        .replace(/^provider:/, "")
        .replace("stripe:default:", "")
        .replace(":stripe:default", "")
        .replace(charge.id, charge.key.ref);
      return [currency === charge.currency ? short : `${short} ${currency}`, amount];
    }),
  );

type InvoiceOf = Of<Omit<DocumentFact, "invoice">> & {
  readonly terms?: Partial<InvoiceTerms>;
  /** What notes took off it before it was paid. */
  readonly notes?: Amount;
};

/**
 * A paid invoice of 19.99 with 3.33 of tax in it, of today's shape: it names no payment. What credit and debt did follows
 * from the balances (S1); it says that all it asked for is paid.
 */
export function invoice({ terms: given = {}, notes = 0n, ...of }: InvoiceOf = {}): DocumentFact {
  const { total, stage = "paid" } = document({ fee: null, stage: "paid", ...of });
  const { startingBalance = 0n, endingBalance = 0n } = given;
  const change = (endingBalance ?? 0n) - (startingBalance ?? 0n);
  const debtBroughtForward = minimum(maximum(-change, 0n), maximum(startingBalance ?? 0n, 0n));
  const creditIssued = maximum(-change, 0n) - debtBroughtForward;
  const creditApplied = maximum(change, 0n);
  const grandTotal = (total ?? 0n) - creditApplied - notes + creditIssued + debtBroughtForward;
  const amountPaid = stage === "paid" ? grandTotal : 0n;
  return document({
    ref: "in_1",
    document: "invoice",
    customerRef: "cus_1",
    payments: null,
    creditNotesApplied: notes,
    creditIssued,
    creditApplied,
    debtBroughtForward,
    grandTotal,
    balance: grandTotal - (given.amountPaid ?? amountPaid),
    earnings: null,
    ...of,
    fee: null,
    stage,
    invoice: {
      amountPaid,
      overpaid: null,
      saysOutside: null,
      payment: null,
      unstatedCredit: 0n,
      linesComplete: true,
      startingBalance,
      endingBalance,
      ...given,
    },
  });
}

export const intent = { intentRef: "pi_1", chargeRef: null };
export const attempt = { intentRef: "pi_1", chargeRef: "ch_1" };

/** A charge that succeeded, of today's shape: it names no invoice. */
export function charged(amount: Amount, of: Of<PaymentFact> = {}): PaymentFact {
  return stamped<PaymentFact>(
    {
      kind: "payment",
      ref: "ch_1",
      refs: attempt,
      invoiceRef: null,
      status: "succeeded",
      currency: "USD",
      amount,
      authorised: null,
      amountRefunded: null,
      capturedAt: day(1),
      reachedAt: null,
      method: { type: "card", brand: "visa", last4: "4242" },
      customerRef: "cus_1",
      description: null,
      livemode: true,
      createdAt: day(1),
      metadata: null,
      rowRef: null,
    },
    of,
  );
}

/** An invoice payment that is paid, of intent `pi_1` unless it says otherwise. */
export function paidWith(amount: Amount, of: Of<InvoicePaymentFact> = {}): InvoicePaymentFact {
  return stamped<InvoicePaymentFact>(
    {
      kind: "invoice_payment",
      ref: "inpay_1",
      invoiceRef: "in_1",
      payment: intent,
      status: "paid",
      currency: "USD",
      amount,
      paidAt: day(1),
    },
    of,
  );
}

/** A refund on day 2 that succeeded. */
export function refund(amount: Amount, of: Of<RefundFact> = {}): RefundFact {
  return stamped<RefundFact>(
    {
      kind: "refund",
      ref: "re_1",
      payment: attempt,
      status: "succeeded",
      currency: "USD",
      amount,
      reason: null,
      createdAt: null,
    },
    { on: 2, ...of },
  );
}

export function row(ref: string, gross: Amount, fee: Amount, of: Partial<BalanceRow> = {}): BalanceRow {
  return {
    ref,
    currency: "USD",
    gross,
    fee,
    net: gross - fee,
    exchangeRate: null,
    createdAt: null,
    category: null,
    ...of,
  };
}

/** The balance row that settles a charge or a refund. */
export function settles(sourceRef: string, of: BalanceRow): BalanceFact {
  return {
    kind: "balance_row",
    ref: of.ref,
    sourceRef,
    chargeRef: null,
    row: of,
    stamp: stamp(3, `evt_${of.ref}`),
  };
}

/** A dispute that is open since day 4, and moved nothing yet. */
export function dispute(amount: Amount, of: Of<DisputeFact> = {}): DisputeFact {
  return stamped<DisputeFact>(
    {
      kind: "dispute",
      ref: "dp_1",
      payment: attempt,
      state: "open",
      currency: "USD",
      amount,
      reason: null,
      createdAt: null,
      rows: [],
    },
    { on: 4, ...of },
  );
}

/** A credit note of day 2, all of it to the customer's balance unless it names other parts. */
export function note(total: Amount, of: Of<CreditNoteFact> = {}): CreditNoteFact {
  const { beforePayment = 0n, givenOutside = 0n, refunds = [] } = of;
  const refunded = refunds.reduce((all, { amount }) => all + (amount ?? 0n), 0n);
  return stamped<CreditNoteFact>(
    {
      kind: "credit_note",
      ref: "cn_1",
      invoiceRef: "in_1",
      status: "issued",
      currency: "USD",
      total,
      tax: null,
      beforePayment,
      refunds,
      credited: total - (beforePayment ?? 0n) - givenOutside - refunded,
      givenOutside,
      lines: [],
      customerRef: "cus_1",
      reason: null,
      createdAt: null,
    },
    { on: 2, ...of },
  );
}
