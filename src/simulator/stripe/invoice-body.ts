import type { Instant } from "../../domain/time.ts";
import { unixSeconds } from "../calendar.ts";
import type { Json } from "../emission.ts";
import type { Invoice, InvoiceLine, Taxation } from "./invoice.ts";
import { type ApiVersion, isBasil } from "./versions.ts";

/** The invoice as webhooks of an API version show it at this moment. */
export function invoiceBody(invoice: Invoice, version: ApiVersion): Json {
  return {
    ...commonBody(invoice, version),
    ...(isBasil(version) ? basilBody(invoice) : earlierBody(invoice)),
  };
}

function commonBody(invoice: Invoice, version: ApiVersion): Record<string, Json> {
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
    metadata: {},
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
  };
}

/** Until 2025-02-24.acacia: what paid it stands on the invoice. */
function earlierBody(invoice: Invoice): Record<string, Json> {
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
    total_tax_amounts: taxBodies(terms.taxation, tax),
    transfer_data: null,
  };
}

function basilBody(invoice: Invoice): Record<string, Json> {
  const { terms, tax, total } = invoice;
  const { taxRate, taxRateRef, inclusive } = terms.taxation;
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
    total_taxes:
      taxRate === 0n
        ? []
        : [
            {
              amount: Number(tax),
              tax_behavior: inclusive ? "inclusive" : "exclusive",
              tax_rate_details: { tax_rate: taxRateRef },
              taxability_reason: "standard_rated",
              taxable_amount: Number(total - tax),
              type: "tax_rate_details",
            },
          ],
  };
}

function lineBody(line: InvoiceLine, invoice: Invoice, version: ApiVersion): Json {
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

function earlierLine(line: InvoiceLine, { terms }: Invoice): Record<string, Json> {
  const { price, tax } = line;
  return {
    amount_excluding_tax: Number(line.amount - (terms.taxation.inclusive ? tax : 0n)),
    plan: null,
    price: { id: price.id, object: "price", product: price.productId, metadata: {} },
    proration: line.proration,
    proration_details: { credited_items: creditedItems(line) },
    subscription: terms.subscriptionRef,
    tax_amounts: taxBodies(terms.taxation, tax),
    tax_rates: [],
    type: terms.subscriptionRef === null ? "invoiceitem" : "subscription",
  };
}

function basilLine(line: InvoiceLine, { terms }: Invoice): Record<string, Json> {
  const { price, tax } = line;
  const { taxRate, taxRateRef, inclusive } = terms.taxation;
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
    taxes:
      taxRate === 0n
        ? []
        : [
            {
              amount: Number(tax),
              tax_behavior: inclusive ? "inclusive" : "exclusive",
              tax_rate_details: { tax_rate: taxRateRef },
              taxability_reason: "standard_rated",
              taxable_amount: Number(line.amount - line.discount - (inclusive ? tax : 0n)),
              type: "tax_rate_details",
            },
          ],
  };
}

function creditedItems({ credited }: InvoiceLine): Json {
  return credited === null ? null : { invoice: credited.invoice, invoice_line_items: [credited.line] };
}

function taxBodies({ taxRate, taxRateRef, inclusive }: Taxation, tax: bigint): Json {
  return taxRate === 0n ? [] : [{ amount: Number(tax), inclusive, tax_rate: taxRateRef }];
}

const time = (instant: Instant | null): number | null => (instant === null ? null : unixSeconds(instant));
