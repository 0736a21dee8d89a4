/** Objects of Stripe that move money, or say which payment paid what. */
import { fromUnixSeconds } from "../../src/domain/time.ts";
import type { ShownPayment } from "../../src/testing/stripe/payment-body.ts";
import * as payments from "../../src/testing/stripe/payment-body.ts";
import * as returned from "../../src/testing/stripe/returned-body.ts";
import { type Body, type PaymentNames, type Shape, versions } from "./stripe-invoice-bodies.ts";

export interface Row {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly currency: string;
  readonly amount: number;
  readonly fee: number;
  readonly created: number;
}

export const rowBody = (row: Row): Body => returned.balanceRowBody(shownRow(row)) as Body;

function shownRow({ amount, fee, created, currency, ...row }: Row): returned.ShownRow {
  return {
    ...row,
    category: categoryOf(row.type, amount),
    createdAt: fromUnixSeconds(created),
    gross: BigInt(amount),
    fee: BigInt(fee),
    rate: currency === "usd" ? null : "0.9217",
    currency,
  };
}

/** Of adjustments only those of disputes are made here. */
function categoryOf(type: string, amount: number): string {
  if (type !== "adjustment") return type;
  return amount < 0 ? "dispute" : "dispute_reversal";
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

function shown(charge: Omit<Charge, "row">): ShownPayment {
  const { invoice } = charge;
  return {
    terms: termsOf(charge, charge),
    rowKnown: false,
    row: null,
    disputes: [],
    refunded: BigInt(charge.refunded),
    invoice: invoice === null ? null : { terms: { id: invoice } },
  };
}

function termsOf(
  { intent, charge }: PaymentNames,
  { amount, created, customer }: { amount: number; created: number; customer?: string },
): ShownPayment["terms"] {
  return {
    intentRef: intent,
    chargeRef: charge,
    customerRef: customer ?? null,
    currency: "USD",
    amount: BigInt(amount),
    at: fromUnixSeconds(created),
  };
}

/** The balance row by its id, or whole: apps' tests are told of neither. */
export const chargeBody = (charge: Charge, shape: Shape): Body => ({
  ...(payments.chargeBody(shown(charge), versions[shape]) as Body),
  balance_transaction: rowSent(charge.row),
});

export const intentBody = (charge: Charge, shape: Shape): Body =>
  payments.intentBody(shown(charge), versions[shape]) as Body;

export interface InvoicePayment {
  readonly id: string;
  readonly invoice: string;
  readonly amount: number;
  readonly intent: string | null;
  readonly created: number;
}

/** Without an intent it is a record of money that Stripe never had. */
export const invoicePaymentBody = ({ id, invoice, amount, intent, created }: InvoicePayment): Body =>
  payments.invoicePaymentBody({
    id,
    invoiceRef: invoice,
    amount: BigInt(amount),
    currency: "USD",
    at: fromUnixSeconds(created),
    by: intent === null ? { record: `pr_${id}` } : { intent },
  }) as Body;

export const sessionBody = (id: string, charge: Charge, tax: number): Body =>
  payments.sessionBody(shown(charge), { id, tax: BigInt(tax), discount: 0n }) as Body;

export interface Refund {
  readonly id: string;
  readonly payment: PaymentNames;
  readonly amount: number;
  readonly status: string;
  readonly row: RowSent;
  readonly created: number;
}

export const refundBody = ({ row, ...refund }: Refund): Body => ({
  ...(returned.refundBody({ ...shownReturn(refund), row: null }) as Body),
  balance_transaction: rowSent(row),
});

const shownReturn = ({ id, payment, amount, status, created }: Omit<Refund, "row">) => ({
  id,
  payment: { terms: termsOf(payment, { amount, created }) },
  amount: BigInt(amount),
  createdAt: fromUnixSeconds(created),
  status,
});

export interface Dispute {
  readonly id: string;
  readonly payment: PaymentNames;
  readonly amount: number;
  readonly status: string;
  readonly rows: readonly Row[];
  readonly created: number;
}

export const disputeBody = ({ rows, ...dispute }: Dispute): Body =>
  returned.disputeBody({ ...shownReturn(dispute), rows: rows.map(shownRow) }) as Body;
