import type { Instant } from "../../domain/time.ts";
import { type Json, unixSeconds } from "../written.ts";
import { isBasil } from "./versions.ts";

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
  readonly invoice: { readonly terms: { readonly id: string } } | null;
}

/** What a customer bought in a checkout of mode `payment`: no invoice is made of it. */
export interface ShownCheckout {
  readonly id: string;
  readonly tax: bigint;
  readonly discount: bigint;
  readonly metadata?: Readonly<Record<string, string>>;
}

export function chargeBody(payment: ShownPayment, version: string): Json {
  const { terms, refunded, row } = payment;
  return {
    id: terms.chargeRef,
    object: "charge",
    amount: Number(terms.amount),
    amount_captured: Number(terms.amount),
    amount_refunded: Number(refunded),
    balance_transaction: payment.rowKnown ? (row?.id ?? null) : null,
    captured: true,
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
    refunded: refunded === terms.amount,
    status: "succeeded",
    ...namedInvoice(payment, version),
  };
}

export function intentBody(payment: ShownPayment, version: string): Json {
  const { terms } = payment;
  return {
    id: terms.intentRef,
    object: "payment_intent",
    amount: Number(terms.amount),
    amount_received: Number(terms.amount),
    created: unixSeconds(terms.at),
    currency: terms.currency.toLowerCase(),
    customer: terms.customerRef,
    description: null,
    latest_charge: terms.chargeRef,
    livemode: false,
    metadata: terms.metadata ?? {},
    status: "succeeded",
    ...namedInvoice(payment, version),
  };
}

/** Before Basil the key is always there, and null where there is no invoice. */
function namedInvoice({ invoice }: ShownPayment, version: string): Record<string, Json> {
  return isBasil(version) ? {} : { invoice: invoice?.terms.id ?? null };
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
    payment_status: "paid",
    status: "complete",
    subscription: null,
    total_details: {
      amount_discount: Number(checkout.discount),
      amount_shipping: 0,
      amount_tax: Number(checkout.tax),
    },
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
