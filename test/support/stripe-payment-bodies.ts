/** Objects of Stripe that move money, or say which payment paid what. */
import type { Body, PaymentNames, Shape } from "./stripe-invoice-bodies.ts";

export interface Row {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly currency: string;
  readonly amount: number;
  readonly fee: number;
  readonly created: number;
}

export function rowBody({ amount, fee, ...row }: Row): Body {
  return {
    ...row,
    object: "balance_transaction",
    amount,
    fee,
    net: amount - fee,
    exchange_rate: row.currency === "usd" ? null : 0.9217,
    fee_details: fee === 0 ? [] : [{ amount: fee, currency: row.currency, type: "stripe_fee" }],
    status: "pending",
    available_on: row.created,
  };
}

/** By its id, or whole. */
export type RowSent = Row | string | null;
const rowSent = (row: RowSent) => (row === null || typeof row === "string" ? row : rowBody(row));

export interface Charge extends PaymentNames {
  readonly amount: number;
  readonly refunded: number;
  readonly customer: string;
  readonly created: number;
  readonly row: RowSent;
  readonly invoice: string | null;
}

export function chargeBody(charge: Charge, shape: Shape): Body {
  return {
    id: charge.charge,
    object: "charge",
    amount: charge.amount,
    amount_captured: charge.amount,
    amount_refunded: charge.refunded,
    balance_transaction: rowSent(charge.row),
    captured: true,
    created: charge.created,
    currency: "usd",
    customer: charge.customer,
    description: null,
    livemode: false,
    metadata: {},
    paid: true,
    payment_intent: charge.intent,
    payment_method_details: { type: "card", card: { brand: "visa", last4: "4242" } },
    refunded: charge.refunded >= charge.amount,
    status: "succeeded",
    ...(shape === "older" ? { invoice: charge.invoice } : {}),
  };
}

export function intentBody(charge: Charge, shape: Shape): Body {
  return {
    id: charge.intent,
    object: "payment_intent",
    amount: charge.amount,
    amount_received: charge.amount,
    created: charge.created,
    currency: "usd",
    customer: charge.customer,
    latest_charge: charge.charge,
    livemode: false,
    metadata: {},
    status: "succeeded",
    ...(shape === "older" ? { invoice: charge.invoice } : {}),
  };
}

export interface InvoicePayment {
  readonly id: string;
  readonly invoice: string;
  readonly amount: number;
  readonly intent: string | null;
  readonly created: number;
}

/** Without an intent it is a record of money that Stripe never had. */
export function invoicePaymentBody({ id, invoice, amount, intent, created }: InvoicePayment): Body {
  return {
    id,
    object: "invoice_payment",
    amount_paid: amount,
    amount_requested: amount,
    created,
    currency: "usd",
    invoice,
    is_default: true,
    livemode: false,
    payment:
      intent === null
        ? { type: "payment_record", payment_record: `pr_${id}` }
        : { type: "payment_intent", payment_intent: intent },
    status: "paid",
    status_transitions: { canceled_at: null, paid_at: created },
  };
}

export function sessionBody(id: string, charge: Charge, tax: number): Body {
  return {
    id,
    object: "checkout.session",
    mode: "payment",
    payment_status: "paid",
    status: "complete",
    invoice: null,
    payment_intent: charge.intent,
    currency: "usd",
    amount_subtotal: charge.amount - tax,
    amount_total: charge.amount,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: tax },
    customer: charge.customer,
    created: charge.created,
    metadata: {},
  };
}

export interface Refund {
  readonly id: string;
  readonly payment: PaymentNames;
  readonly amount: number;
  readonly status: string;
  readonly row: RowSent;
  readonly created: number;
}

export function refundBody({ id, payment, amount, status, row, created }: Refund): Body {
  return {
    id,
    object: "refund",
    amount,
    balance_transaction: rowSent(row),
    charge: payment.charge,
    payment_intent: payment.intent,
    created,
    currency: "usd",
    metadata: {},
    reason: null,
    status,
  };
}

export interface Dispute {
  readonly id: string;
  readonly payment: PaymentNames;
  readonly amount: number;
  readonly status: string;
  readonly rows: readonly Row[];
  readonly created: number;
}

export function disputeBody({ id, payment, amount, status, rows, created }: Dispute): Body {
  return {
    id,
    object: "dispute",
    amount,
    balance_transactions: rows.map(rowBody),
    charge: payment.charge,
    payment_intent: payment.intent,
    created,
    currency: "usd",
    reason: "fraudulent",
    status,
  };
}
