import type { Instant } from "../../domain/time.ts";
import { type Json, unixSeconds } from "../written.ts";
import { isBasil } from "./payment-body.ts";

export interface ShownLine {
  readonly id: string;
  readonly price: { readonly id: string; readonly productId: string };
  readonly description: string;
  readonly quantity: number;
  /** Before discount; with tax where prices include it. Negative for time that was paid for and is not used. */
  readonly amount: bigint;
  readonly discount: bigint;
  readonly tax: bigint;
  /** Where its tax is otherwise in its amount, or on top of it, than the invoice's. */
  readonly inclusive?: boolean;
  readonly period: { readonly startsAt: Instant; readonly endsAt: Instant };
  readonly proration: boolean;
  /** The invoice and the line that a negative one gives back. */
  readonly credited: { readonly invoice: string; readonly line: string } | null;
}

export interface ShownTaxation {
  readonly currency: string;
  /** In 1/10,000; 0: no tax is shown. */
  readonly taxRate: bigint;
  readonly taxRateRef: string;
  readonly inclusive: boolean;
}

/** What is shown of an invoice: its figures agree. */
export interface ShownInvoice {
  readonly terms: {
    readonly id: string;
    readonly createdAt: Instant;
    readonly customerRef: string | null;
    readonly subscriptionRef: string | null;
    readonly billingReason: string;
    readonly collectionMethod: string;
    readonly taxation: ShownTaxation;
    readonly lines: readonly ShownLine[];
    /** The customer's balance before: negative is credit, positive is debt. */
    readonly startingBalance: bigint;
    readonly metadata?: Readonly<Record<string, string>>;
  };
  readonly status: string;
  readonly number: string | null;
  readonly attempts: number;
  readonly finalizedAt: Instant | null;
  readonly paidAt: Instant | null;
  readonly voidedAt: Instant | null;
  readonly writtenOffAt: Instant | null;
  readonly outOfBand: boolean;
  readonly overpaid: bigint;
  readonly creditedBefore: bigint;
  readonly creditedAfter: bigint;
  readonly payments: readonly {
    readonly terms: { readonly chargeRef: string; readonly intentRef: string };
  }[];
  readonly intentRef: string | null;
  readonly subtotal: bigint;
  readonly discount: bigint;
  /** On top of the lines, and without tax; nothing is said of it where nothing is sent. */
  readonly shipping?: bigint;
  /** What of the discount the stated subtotal is already without. */
  readonly itemDiscount: bigint;
  readonly tax: bigint;
  readonly total: bigint;
  readonly endingBalance: bigint;
  readonly amountDue: bigint;
  readonly amountPaid: bigint;
}

/** The invoice as webhooks of an API version show it at this moment. */
export function invoiceBody(invoice: ShownInvoice, version: string): Json {
  return {
    ...commonBody(invoice, version),
    ...(isBasil(version) ? basilBody(invoice) : earlierBody(invoice)),
  };
}

function commonBody(invoice: ShownInvoice, version: string): Record<string, Json> {
  const { terms, status, total, tax } = invoice;
  const isDraft = status === "draft";
  return {
    id: terms.id,
    object: "invoice",
    account_country: "US",
    amount_due: Number(invoice.amountDue),
    amount_paid: Number(invoice.amountPaid),
    amount_remaining: Number(invoice.amountDue + invoice.overpaid - invoice.amountPaid),
    attempt_count: invoice.attempts,
    attempted: invoice.attempts > 0,
    auto_advance: status === "draft" || status === "open",
    billing_reason: terms.billingReason,
    collection_method: terms.collectionMethod,
    created: unixSeconds(terms.createdAt),
    currency: terms.taxation.currency.toLowerCase(),
    customer: terms.customerRef,
    description: null,
    discounts: [],
    due_date: null,
    ending_balance: isDraft ? null : Number(invoice.endingBalance),
    lines: {
      object: "list",
      data: terms.lines.map((line) => lineBody(line, invoice, version)),
      has_more: false,
      total_count: terms.lines.length,
      url: `/v1/invoices/${terms.id}/lines`,
    },
    livemode: false,
    metadata: terms.metadata ?? {},
    number: invoice.number,
    period_end: unixSeconds(terms.createdAt),
    period_start: unixSeconds(terms.createdAt),
    post_payment_credit_notes_amount: Number(invoice.creditedAfter),
    pre_payment_credit_notes_amount: Number(invoice.creditedBefore),
    starting_balance: Number(terms.startingBalance),
    status,
    status_transitions: {
      finalized_at: time(invoice.finalizedAt),
      marked_uncollectible_at: time(invoice.writtenOffAt),
      paid_at: time(invoice.paidAt),
      voided_at: time(invoice.voidedAt),
    },
    subtotal: Number(invoice.subtotal - invoice.itemDiscount),
    total: Number(total),
    total_discount_amounts:
      invoice.discount === 0n
        ? []
        : [{ amount: Number(invoice.discount), discount: `di_${terms.id.slice(3)}` }],
    total_excluding_tax: Number(total - tax),
    ...shippingBody(invoice),
  };
}

function shippingBody({ shipping = 0n }: ShownInvoice): Record<string, Json> {
  const amount = Number(shipping);
  if (shipping === 0n) return {};
  return {
    amount_shipping: amount,
    shipping_cost: { amount_subtotal: amount, amount_tax: 0, amount_total: amount },
  };
}

/** Until 2025-02-24.acacia: what paid it stands on the invoice. */
function earlierBody(invoice: ShownInvoice): Record<string, Json> {
  const { terms, status, tax } = invoice;
  const payment = invoice.payments.at(-1);
  return {
    application_fee_amount: null,
    charge: payment?.terms.chargeRef ?? null,
    discount: null,
    paid: status === "paid",
    paid_out_of_band: invoice.outOfBand,
    payment_intent: payment?.terms.intentRef ?? invoice.intentRef,
    subscription: terms.subscriptionRef,
    tax: Number(tax),
    total_tax_amounts: taxPartsOf(invoice).map((part) => earlierTax(part, terms.taxation)),
    transfer_data: null,
  };
}

function basilBody(invoice: ShownInvoice): Record<string, Json> {
  const { terms } = invoice;
  return {
    amount_overpaid: Number(invoice.overpaid),
    parent:
      terms.subscriptionRef === null
        ? null
        : {
            quote_details: null,
            subscription_details: { metadata: {}, subscription: terms.subscriptionRef },
            type: "subscription_details",
          },
    total_taxes: taxPartsOf(invoice).map((part) => basilTax(part, terms.taxation)),
  };
}

function lineBody(line: ShownLine, invoice: ShownInvoice, version: string): Json {
  const { taxation } = invoice.terms;
  const common = {
    id: line.id,
    object: "line_item",
    amount: Number(line.amount),
    currency: taxation.currency.toLowerCase(),
    description: line.description,
    discount_amounts:
      line.discount === 0n
        ? []
        : [{ amount: Number(line.discount), discount: `di_${invoice.terms.id.slice(3)}` }],
    discountable: !line.proration,
    discounts: [],
    invoice: invoice.terms.id,
    livemode: false,
    metadata: {},
    period: { start: unixSeconds(line.period.startsAt), end: unixSeconds(line.period.endsAt) },
    quantity: line.quantity,
  };
  return { ...common, ...(isBasil(version) ? basilLine(line, invoice) : earlierLine(line, invoice)) };
}

function earlierLine(line: ShownLine, { terms }: ShownInvoice): Record<string, Json> {
  const { price, tax } = line;
  return {
    amount_excluding_tax: Number(line.amount - (isInclusive(line, terms) ? tax : 0n)),
    plan: null,
    price: { id: price.id, object: "price", product: price.productId, metadata: {} },
    proration: line.proration,
    proration_details: { credited_items: creditedItems(line) },
    subscription: terms.subscriptionRef,
    tax_amounts: taxPartsOfLine(line, terms).map((part) => earlierTax(part, terms.taxation)),
    tax_rates: [],
    type: terms.subscriptionRef === null ? "invoiceitem" : "subscription",
  };
}

function basilLine(line: ShownLine, { terms }: ShownInvoice): Record<string, Json> {
  const { price } = line;
  const type = terms.subscriptionRef === null ? "invoice_item_details" : "subscription_item_details";
  const details = {
    invoice_item: null,
    proration: line.proration,
    proration_details: { credited_items: creditedItems(line) },
    subscription: terms.subscriptionRef,
    subscription_item: null,
  };
  return {
    parent: {
      invoice_item_details: type === "invoice_item_details" ? details : null,
      subscription_item_details: type === "subscription_item_details" ? details : null,
      type,
    },
    pricing: {
      price_details: { price: price.id, product: price.productId },
      type: "price_details",
      unit_amount_decimal: (line.amount / BigInt(line.quantity)).toString(),
    },
    taxes: taxPartsOfLine(line, terms).map((part) => basilTax(part, terms.taxation)),
  };
}

function creditedItems({ credited }: ShownLine): Json {
  return credited === null ? null : { invoice: credited.invoice, invoice_line_items: [credited.line] };
}

/** Tax that is in the amounts, or that comes on top of them. */
interface TaxPart {
  readonly amount: bigint;
  readonly inclusive: boolean;
  /** Net; credit notes do not say it. */
  readonly taxable?: bigint;
}

/** As the invoice has it; apart from it, that of the lines which have it otherwise. */
function taxPartsOf({ terms, tax, total, shipping = 0n }: ShownInvoice): TaxPart[] {
  const { taxRate, inclusive } = terms.taxation;
  if (taxRate === 0n) return [];
  const others = terms.lines.filter((line) => isInclusive(line, terms) !== inclusive);
  const sum = (of: (line: ShownLine) => bigint) => others.reduce((all, line) => all + of(line), 0n);
  const other = { amount: sum((line) => line.tax), taxable: sum((line) => netOf(line, terms)) };
  const taxable = total - tax - shipping - other.taxable;
  const own = { amount: tax - other.amount, inclusive, taxable };
  return others.length === 0 ? [own] : [own, { ...other, inclusive: !inclusive }];
}

function taxPartsOfLine(line: ShownLine, terms: ShownInvoice["terms"]): TaxPart[] {
  if (terms.taxation.taxRate === 0n) return [];
  return [{ amount: line.tax, inclusive: isInclusive(line, terms), taxable: netOf(line, terms) }];
}

const isInclusive = ({ inclusive }: ShownLine, { taxation }: ShownInvoice["terms"]): boolean =>
  inclusive ?? taxation.inclusive;

const netOf = (line: ShownLine, terms: ShownInvoice["terms"]): bigint =>
  line.amount - line.discount - (isInclusive(line, terms) ? line.tax : 0n);

type TaxRate = Pick<ShownTaxation, "taxRateRef">;

export function earlierTax({ amount, inclusive }: TaxPart, { taxRateRef }: TaxRate): Json {
  return { amount: Number(amount), inclusive, tax_rate: taxRateRef };
}

export function basilTax({ amount, inclusive, taxable }: TaxPart, { taxRateRef }: TaxRate): Json {
  return {
    amount: Number(amount),
    tax_behavior: inclusive ? "inclusive" : "exclusive",
    tax_rate_details: { tax_rate: taxRateRef },
    taxability_reason: "standard_rated",
    ...(taxable === undefined ? {} : { taxable_amount: Number(taxable) }),
    type: "tax_rate_details",
  };
}

const time = (instant: Instant | null): number | null => (instant === null ? null : unixSeconds(instant));
