/** Objects of Stripe that move money, or say which payment paid what. */
import { fromUnixSeconds } from "../../src/domain/time.ts";
import type { ShownPayment } from "../../src/testing/stripe/payment-body.ts";
import * as testing from "../../src/testing/stripe/payment-body.ts";
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

const versions: Readonly<Record<Shape, string>> = { older: "2024-06-20", newer: "2025-08-27.basil" };

function shown(charge: Omit<Charge, "row">): ShownPayment {
  const { invoice } = charge;
  return {
    terms: {
      intentRef: charge.intent,
      chargeRef: charge.charge,
      customerRef: charge.customer,
      currency: "USD",
      amount: BigInt(charge.amount),
      at: fromUnixSeconds(charge.created),
    },
    rowKnown: false,
    row: null,
    disputes: [],
    refunded: BigInt(charge.refunded),
    invoice: invoice === null ? null : { terms: { id: invoice } },
  };
}

/** The balance row by its id, or whole: apps' tests are told of neither. */
export const chargeBody = (charge: Charge, shape: Shape): Body => ({
  ...(testing.chargeBody(shown(charge), versions[shape]) as Body),
  balance_transaction: rowSent(charge.row),
});

export const intentBody = (charge: Charge, shape: Shape): Body =>
  testing.intentBody(shown(charge), versions[shape]) as Body;

export interface InvoicePayment {
  readonly id: string;
  readonly invoice: string;
  readonly amount: number;
  readonly intent: string | null;
  readonly created: number;
}

/** Without an intent it is a record of money that Stripe never had. */
export const invoicePaymentBody = ({ id, invoice, amount, intent, created }: InvoicePayment): Body =>
  testing.invoicePaymentBody({
    id,
    invoiceRef: invoice,
    amount: BigInt(amount),
    currency: "USD",
    at: fromUnixSeconds(created),
    by: intent === null ? { record: `pr_${id}` } : { intent },
  }) as Body;

export const sessionBody = (id: string, charge: Charge, tax: number): Body =>
  testing.sessionBody(shown(charge), { id, tax: BigInt(tax), discount: 0n }) as Body;

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
