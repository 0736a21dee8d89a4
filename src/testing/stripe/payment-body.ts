import type { Instant } from "../../domain/time.ts";
import { type Json, unixSeconds } from "../written.ts";

/** Since Basil (2025-03-31) invoices and charges no longer name each other. */
export const isBasil = (version: string): boolean => version >= "2025-03-31";

/** What is shown of an intent, and of the one charge of it that succeeded. */
export interface ShownPayment {
  readonly terms: {
    readonly intentRef: string;
    readonly chargeRef: string;
    readonly customerRef: string | null;
    readonly currency: string;
    readonly amount: bigint;
    readonly at: Instant;
    readonly metadata?: Readonly<Record<string, string>>;
  };
  /** Told some time after the charge. */
  readonly rowKnown: boolean;
  readonly row: { readonly id: string } | null;
  readonly disputes: readonly unknown[];
  readonly refunded: bigint;
  /** What was taken of one that was authorised first; all of it where this does not say. */
  readonly captured?: bigint | null;
  /** By which what was not taken was let go. */
  readonly release?: { readonly amount: bigint } | null;
  readonly invoice: { readonly terms: { readonly id: string } } | null;
  /** Whether Stripe itself is the seller (Managed Payments). */
  readonly soldByStripe?: boolean;
}

/** A subscription that is bought from Stripe itself. */
export interface ShownSubscription {
  readonly ref: string;
  readonly customerRef: string;
  readonly currency: string;
  readonly at: Instant;
}

/** What a customer bought in a checkout of mode `payment`: no invoice is made of it. */
export interface ShownCheckout {
  readonly id: string;
  readonly tax: bigint;
  readonly discount: bigint;
  readonly metadata?: Readonly<Record<string, string>>;
}

const takenOf = ({ captured, terms }: ShownPayment): bigint => captured ?? terms.amount;

export function chargeBody(payment: ShownPayment, version: string): Json {
  const { terms, refunded, row } = payment;
  const captured = takenOf(payment);
  const letGo = payment.release?.amount ?? 0n;
  return {
    id: terms.chargeRef,
    object: "charge",
    amount: Number(terms.amount),
    amount_captured: Number(captured),
    amount_refunded: Number(refunded + letGo),
    balance_transaction: payment.rowKnown ? (row?.id ?? null) : null,
    captured: captured !== 0n,
    created: unixSeconds(terms.at),
    currency: terms.currency.toLowerCase(),
    customer: terms.customerRef,
    description: null,
    disputed: payment.disputes.length > 0,
    failure_code: null,
    livemode: false,
    metadata: terms.metadata ?? {},
    paid: true,
    payment_intent: terms.intentRef,
    payment_method_details: { card: { brand: "visa", last4: "4242" }, type: "card" },
    refunded: refunded + letGo === terms.amount,
    status: "succeeded",
    ...namedInvoice(payment, version),
  };
}

export function intentBody(payment: ShownPayment, version: string): Json {
  const { terms, release } = payment;
  const captured = takenOf(payment);
  const untaken = release == null ? "requires_capture" : "canceled";
  return {
    id: terms.intentRef,
    object: "payment_intent",
    amount: Number(terms.amount),
    amount_received: Number(captured),
    created: unixSeconds(terms.at),
    currency: terms.currency.toLowerCase(),
    customer: terms.customerRef,
    description: null,
    latest_charge: terms.chargeRef,
    livemode: false,
    metadata: terms.metadata ?? {},
    status: captured === 0n ? untaken : "succeeded",
    ...seller(payment),
    ...namedInvoice(payment, version),
  };
}

/** Before Basil the key is always there, and null where there is no invoice. */
function namedInvoice({ invoice }: ShownPayment, version: string): Record<string, Json> {
  return isBasil(version) ? {} : { invoice: invoice?.terms.id ?? null };
}

/** What says no says nothing here, as before there was such a thing. */
function seller({ soldByStripe }: Pick<ShownPayment, "soldByStripe">): Record<string, Json> {
  return soldByStripe === true ? { managed_payments: { enabled: true } } : {};
}

export function soldSubscriptionBody({ ref, customerRef, currency, at }: ShownSubscription): Json {
  return {
    id: ref,
    object: "subscription",
    created: unixSeconds(at),
    currency: currency.toLowerCase(),
    customer: customerRef,
    livemode: false,
    metadata: {},
    status: "active",
    ...seller({ soldByStripe: true }),
  };
}

/** The checkout in which it was bought: what it came to is said by its invoice, which has its payment. */
export function subscriptionSessionBody({
  id,
  subscription,
  invoice,
  at,
}: {
  readonly id: string;
  readonly subscription: ShownSubscription;
  readonly invoice: {
    readonly terms: { readonly id: string };
    readonly total: bigint;
    readonly tax: bigint;
    readonly discount: bigint;
  };
  readonly at: Instant;
}): Json {
  const { ref, customerRef, currency } = subscription;
  return {
    id,
    object: "checkout.session",
    amount_subtotal: Number(invoice.total - invoice.tax + invoice.discount),
    amount_total: Number(invoice.total),
    created: unixSeconds(at),
    currency: currency.toLowerCase(),
    customer: customerRef,
    invoice: invoice.terms.id,
    livemode: false,
    metadata: {},
    mode: "subscription",
    payment_intent: null,
    payment_status: "paid",
    status: "complete",
    subscription: ref,
    total_details: {
      amount_discount: Number(invoice.discount),
      amount_shipping: 0,
      amount_tax: Number(invoice.tax),
    },
    ...seller({ soldByStripe: true }),
  };
}

export function sessionBody(payment: ShownPayment, checkout: ShownCheckout): Json {
  const { terms } = payment;
  return {
    id: checkout.id,
    object: "checkout.session",
    amount_subtotal: Number(terms.amount - checkout.tax + checkout.discount),
    amount_total: Number(terms.amount),
    created: unixSeconds(terms.at),
    currency: terms.currency.toLowerCase(),
    customer: terms.customerRef,
    invoice: null,
    livemode: false,
    metadata: checkout.metadata ?? {},
    mode: "payment",
    payment_intent: terms.intentRef,
    payment_status: takenOf(payment) === 0n ? "unpaid" : "paid",
    status: "complete",
    subscription: null,
    total_details: {
      amount_discount: Number(checkout.discount),
      amount_shipping: 0,
      amount_tax: Number(checkout.tax),
    },
    ...seller(payment),
  };
}

export interface InvoicePaymentTerms {
  readonly id: string;
  readonly invoiceRef: string;
  readonly amount: bigint;
  readonly currency: string;
  readonly at: bigint;
  /** The intent that paid, or the record of money that came otherwise. */
  readonly by: { readonly intent: string } | { readonly record: string };
}

export function invoicePaymentBody({ id, invoiceRef, amount, currency, at, by }: InvoicePaymentTerms): Json {
  return {
    id,
    object: "invoice_payment",
    amount_paid: Number(amount),
    amount_requested: Number(amount),
    created: unixSeconds(at),
    currency: currency.toLowerCase(),
    invoice: invoiceRef,
    is_default: true,
    livemode: false,
    payment:
      "intent" in by
        ? { payment_intent: by.intent, type: "payment_intent" }
        : { payment_record: by.record, type: "payment_record" },
    status: "paid",
    status_transitions: { canceled_at: null, paid_at: unixSeconds(at) },
  };
}
