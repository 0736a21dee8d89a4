import { unixSeconds } from "../calendar.ts";
import type { Json } from "../emission.ts";
import type { Checkout, Payment } from "./payment.ts";
import { type ApiVersion, isBasil } from "./versions.ts";

export function chargeBody(payment: Payment, version: ApiVersion): Json {
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
    metadata: {},
    paid: true,
    payment_intent: terms.intentRef,
    payment_method_details: { card: { brand: "visa", last4: "4242" }, type: "card" },
    refunded: refunded === terms.amount,
    status: "succeeded",
    ...namedInvoice(payment, version),
  };
}

export function intentBody(payment: Payment, version: ApiVersion): Json {
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
    metadata: {},
    status: "succeeded",
    ...namedInvoice(payment, version),
  };
}

/** Before Basil the key is always there, and null where there is no invoice. */
function namedInvoice({ invoice }: Payment, version: ApiVersion): Record<string, Json> {
  return isBasil(version) ? {} : { invoice: invoice?.terms.id ?? null };
}

export function sessionBody(payment: Payment, checkout: Checkout): Json {
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
    metadata: {},
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
