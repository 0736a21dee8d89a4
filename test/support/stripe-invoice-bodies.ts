/**
 * Invoices of Stripe's and their notes as histories have them: their figures agree, and tests of apps write them down likewise,
 * as a webhook carried them before Basil (2025-03-31), or since. A body has the fields of one shape alone.
 */
import { fromUnixSeconds } from "../../src/domain/time.ts";
import * as invoices from "../../src/testing/stripe/invoice-body.ts";
import * as returned from "../../src/testing/stripe/returned-body.ts";

export type Shape = "older" | "newer";
export type Body = Record<string, unknown>;

export const versions: Readonly<Record<Shape, string>> = { older: "2024-06-20", newer: "2025-08-27.basil" };

export interface InvoiceLine {
  readonly id: string;
  readonly price: string;
  readonly quantity: number;
  /** Before discounts, with inclusive tax. */
  readonly amount: number;
  readonly discount: number;
  readonly tax: number;
  readonly inclusive: boolean;
  readonly proration: boolean;
}

/** What does not change about an invoice once it is finalized. */
export interface Invoice {
  readonly id: string;
  readonly customer: string;
  readonly created: number;
  readonly lines: readonly InvoiceLine[];
  readonly shipping: number;
  readonly startingBalance: number;
  readonly endingBalance: number;
  readonly lowered: number;
  readonly due: number;
}

export interface InvoiceState {
  readonly status: "draft" | "open" | "paid" | "uncollectible" | "void";
  readonly paid: number;
  readonly overpaid: number;
  readonly outside: boolean;
  /** The newest payment. */
  readonly payment: PaymentNames | null;
}

export interface PaymentNames {
  readonly intent: string;
  readonly charge: string;
}

/** What a line contributes to the total: inclusive tax is inside its amount. */
export const totalOf = ({ amount, discount, tax, inclusive }: InvoiceLine) =>
  amount - discount + (inclusive ? 0 : tax);
const sumOf = <Item>(items: readonly Item[], of: (item: Item) => number) =>
  items.reduce((total, item) => total + of(item), 0);

export function figuresOf({ lines, shipping }: Pick<Invoice, "lines" | "shipping">) {
  return {
    subtotal: sumOf(lines, (line) => line.amount),
    discount: sumOf(lines, (line) => line.discount),
    tax: sumOf(lines, (line) => line.tax),
    total: sumOf(lines, totalOf) + shipping,
  };
}

export function invoiceBody(invoice: Invoice, state: InvoiceState, shape: Shape): Body {
  const { subtotal, discount, tax, total } = figuresOf(invoice);
  const { status, paid, outside, payment } = state;
  const isDraft = status === "draft";
  const forecast = Math.max(total + invoice.startingBalance, 0);
  const paidBy =
    outside || payment === null ? [] : [{ chargeRef: payment.charge, intentRef: payment.intent }];
  const shown: invoices.ShownInvoice = {
    terms: termsOf(invoice),
    status,
    number: isDraft ? null : `A-${invoice.id}`,
    attempts: paidBy.length,
    finalizedAt: isDraft ? null : fromUnixSeconds(invoice.created),
    ...{ paidAt: null, voidedAt: null, writtenOffAt: null },
    outOfBand: outside,
    overpaid: BigInt(state.overpaid),
    creditedBefore: isDraft ? 0n : BigInt(invoice.lowered),
    creditedAfter: 0n,
    payments: paidBy.map((terms) => ({ terms })),
    intentRef: null,
    subtotal: BigInt(subtotal),
    discount: BigInt(discount),
    shipping: BigInt(invoice.shipping),
    itemDiscount: 0n,
    tax: BigInt(tax),
    total: BigInt(total),
    endingBalance: BigInt(invoice.endingBalance),
    amountDue: BigInt(isDraft ? forecast : invoice.due),
    amountPaid: BigInt(paid),
  };
  return invoices.invoiceBody(shown, versions[shape]) as Body;
}

function termsOf({ id, created, customer, startingBalance, lines }: Invoice): invoices.ShownInvoice["terms"] {
  return {
    id,
    createdAt: fromUnixSeconds(created),
    customerRef: customer,
    subscriptionRef: "sub_1",
    billingReason: "subscription_cycle",
    collectionMethod: "charge_automatically",
    taxation: taxationOf(lines.some(({ tax }) => tax !== 0)),
    lines: lines.map(shownLine),
    startingBalance: BigInt(startingBalance),
  };
}

const taxationOf = (isTaxed: boolean): invoices.ShownTaxation => ({
  currency: "USD",
  taxRate: isTaxed ? 2_000n : 0n,
  taxRateRef: "txr_1",
  inclusive: false,
});

/** All of January 2026. */
const period = { startsAt: fromUnixSeconds(1_767_225_600), endsAt: fromUnixSeconds(1_769_904_000) };

function shownLine({ id, price, quantity, inclusive, proration, ...of }: InvoiceLine): invoices.ShownLine {
  return {
    ...{ id, quantity, inclusive, proration, period },
    price: { id: price, productId: `pro_${price}` },
    description: "Something",
    amount: BigInt(of.amount),
    discount: BigInt(of.discount),
    tax: BigInt(of.tax),
    credited: null,
  };
}

export interface CreditNote {
  readonly id: string;
  readonly invoice: string;
  readonly customer: string;
  readonly status: "issued" | "void";
  readonly amount: number;
  readonly tax: number;
  readonly to: "invoice" | "balance" | "outside" | { readonly refund: string };
  readonly created: number;
}

export function creditNoteBody(note: CreditNote, shape: Shape): Body {
  const { id, invoice, customer, created, to } = note;
  const createdAt = fromUnixSeconds(created);
  const base = { id: invoice, customer, created, lines: [], shipping: 0, startingBalance: 0 };
  const shown = {
    id,
    invoice: {
      terms: termsOf({ ...base, endingBalance: 0, lowered: 0, due: 0 }),
      number: `A-${invoice}`,
    },
    createdAt,
    amount: BigInt(note.amount),
    tax: BigInt(note.tax),
    voidedAt: note.status === "void" ? createdAt : null,
    goes: destinationOf(id, to),
  };
  return returned.creditNoteBody(shown, versions[shape]) as Body;
}

function destinationOf(id: string, to: CreditNote["to"]): returned.ShownCreditNote["goes"] {
  if (typeof to === "object") return { to: "refund", refund: { id: to.refund } };
  if (to === "balance") return { to, row: `cbtxn_${id}` };
  return { to: to === "invoice" ? "due" : to };
}
