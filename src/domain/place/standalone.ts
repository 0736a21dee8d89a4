import { compareStamps, type DocumentFact, type LineFact, type Stage } from "../facts/facts.ts";
import type { CheckoutFact, PaymentFact } from "../facts/linked-facts.ts";
import type { Amount } from "../money.ts";
import type { FoundPayment } from "./linked-payments.ts";

/**
 * Whether it is known that a payment has no invoice. Since Stripe's API of 2025-03-31 neither a charge nor an invoice
 * names the other, so it takes evidence: the key `invoice` present and null (older shape), or a checkout of mode
 * `payment` that names the payment and has no invoice. In a shop without invoices it is enough that the payment names none.
 */
export function standsAlone({ facts, checkouts }: FoundPayment, unlessInvoiced: boolean): boolean {
  const saysNone = facts.some((fact) => fact.invoiceRef === "none");
  const bought = checkouts.some((checkout) => checkout.mode === "payment" && checkout.invoiceRef === null);
  const namesOne =
    facts.some((fact) => fact.invoiceRef !== null && fact.invoiceRef !== "none") ||
    checkouts.some((checkout) => checkout.mode === "subscription" || checkout.invoiceRef !== null);
  return facts.length > 0 && (saysNone || bought || (unlessInvoiced && !namesOne));
}

/** The document that a payment without invoice is: what its objects say of it, one line for all of it. */
export function standaloneDocuments(found: FoundPayment): DocumentFact[] {
  const checkout = latestCheckout(found);
  return found.facts.map((fact) => documentOf(fact, found, checkout));
}

function latestCheckout({ checkouts }: FoundPayment): CheckoutFact | null {
  return checkouts.toSorted((a, b) => compareStamps(a.stamp, b.stamp)).at(-1) ?? null;
}

const stages: Record<PaymentFact["status"], Stage> = {
  pending: "open",
  failed: "open",
  canceled: "void",
  succeeded: "paid",
};

function documentOf(
  fact: PaymentFact,
  { payment }: FoundPayment,
  checkout: CheckoutFact | null,
): DocumentFact {
  const total = payment.amount ?? 0n;
  // A checkout's tax is in what was captured only if all of the checkout was.
  const isWhole = checkout !== null && checkout.total === total && total > 0n;
  const tax = isWhole ? (checkout.tax ?? 0n) : 0n;
  const discount = isWhole ? (checkout.discount ?? 0n) : 0n;
  const metadata = { ...(checkout?.metadata ?? {}), ...(fact.metadata ?? {}) };
  return {
    kind: "document",
    stamp: fact.stamp,
    ref: payment.ref,
    document: "charge",
    stage: stages[fact.status],
    currency: fact.currency,
    subtotal: total - tax + discount,
    discount,
    tax,
    total,
    creditApplied: 0n,
    creditNotesApplied: 0n,
    creditIssued: 0n,
    debtBroughtForward: 0n,
    grandTotal: total,
    balance: null,
    fee: null,
    earnings: null,
    payout: null,
    lines: [lineOf(payment.ref, { total, tax, discount }, fact.description)],
    payments: null,
    invoice: null,
    customerRef: payment.customerRef,
    subscriptionRef: null,
    invoiceNumber: null,
    origin: checkout === null ? null : "checkout",
    collectionMode: null,
    billingPeriod: null,
    livemode: fact.livemode,
    createdAt: fact.createdAt,
    billedAt: null,
    reachedAt: fact.reachedAt,
    metadata,
  };
}

function lineOf(
  ref: string,
  { total, tax, discount }: { readonly total: Amount; readonly tax: Amount; readonly discount: Amount },
  description: string | null,
): LineFact {
  return {
    ref,
    priceRef: null,
    productRef: null,
    description,
    quantity: "1",
    subtotal: total - tax + discount,
    discount,
    tax,
    total,
    proration: null,
    metadata: {},
  };
}
