import { z } from "zod";
import type { LineFact, Period } from "../../domain/facts/facts.ts";
import type { Metadata } from "../../domain/facts/metadata.ts";
import { type Amount, sum } from "../../domain/money.ts";
import { distinctLines } from "../kit/distinct-lines.ts";
import { freeText, readMetadataOf, reference, unlessMalformed } from "../kit/fields.ts";
import { amount, currency, referenceOrObject, time } from "./fields.ts";
import type { Invoice } from "./invoice.ts";

/** Tax as a list of amounts: since Basil with a `tax_behavior`, before it with `inclusive`. */
export const newerTaxes = z.array(z.object({ amount, tax_behavior: z.enum(["exclusive", "inclusive"]) }));
export const olderTaxes = z.array(z.object({ amount, inclusive: z.boolean() }));

/** Inclusive tax is inside of the amount it was computed on, exclusive tax comes on top of it. */
export interface Taxes {
  readonly all: Amount;
  readonly exclusive: Amount;
}

/** `null` if there is no list. */
export function newerSum(taxes: z.output<typeof newerTaxes> | null | undefined): Taxes | null {
  if (taxes == null) return null;
  return sumOf(taxes, (tax) => tax.tax_behavior === "exclusive");
}

/** `null` if there is no list. */
export function olderSum(taxes: z.output<typeof olderTaxes> | null | undefined): Taxes | null {
  if (taxes == null) return null;
  return sumOf(taxes, (tax) => !tax.inclusive);
}

function sumOf<Tax extends { readonly amount: Amount }>(
  taxes: readonly Tax[],
  isExclusive: (tax: Tax) => boolean,
): Taxes {
  return {
    all: sum(taxes.map((tax) => tax.amount)),
    exclusive: sum(taxes.filter(isExclusive).map((tax) => tax.amount)),
  };
}

/** Negative on the line that credits a discounted part-period. */
export const discountAmounts = z.array(z.object({ amount }));

/** Taken off before tax. The discounts are listed here once more; only what prepaid credit grants paid is in no other list. */
export const pretaxCredits = z.array(z.object({ amount, type: z.string() }));

export function discountSum(discounts: z.output<typeof discountAmounts> | null | undefined): Amount | null {
  return discounts == null ? null : sum(discounts.map((discount) => discount.amount));
}

export function creditGrants(credits: z.output<typeof pretaxCredits> | null | undefined): Amount {
  const grants = (credits ?? []).filter((credit) => credit.type === "credit_balance_transaction");
  return sum(grants.map((credit) => credit.amount));
}

const origin = unlessMalformed(z.object({ proration: unlessMalformed(z.boolean()) }));
/** Before Basil a price was sent whole; since then by its id, unless it was expanded. */
const wholePrice = z.object({
  id: reference,
  product: referenceOrObject.nullish(),
  metadata: z.unknown().optional(),
});

export const invoiceLine = z.object({
  /** Until 2019-12-03 that of its subscription, which several lines may share: `unique_id` is what tells them apart. */
  id: reference,
  unique_id: unlessMalformed(reference),
  amount,
  currency,
  description: unlessMalformed(freeText),
  /** One where none is told. */
  quantity: z
    .unknown()
    .transform((sent) => (sent == null ? "1" : Number.isSafeInteger(sent) ? String(sent) : null)),
  quantity_decimal: unlessMalformed(z.string().regex(/^\d{1,30}(?:\.\d{1,30})?$/)),
  discount_amounts: discountAmounts.nullish(),
  pretax_credit_amounts: pretaxCredits.nullish(),
  period: unlessMalformed(z.object({ start: time, end: time })),
  metadata: z.unknown().optional(),
  taxes: newerTaxes.nullish(),
  parent: unlessMalformed(z.object({ invoice_item_details: origin, subscription_item_details: origin })),
  pricing: z
    .object({
      price_details: z
        .object({ price: z.union([reference, wholePrice]).nullish(), product: referenceOrObject.nullish() })
        .nullish(),
    })
    .nullish(),
  // Before Basil (2025-03-31):
  tax_amounts: olderTaxes.nullish(),
  proration: unlessMalformed(z.boolean()),
  price: wholePrice.nullish(),
  plan: wholePrice.nullish(),
});
type InvoiceLine = z.output<typeof invoiceLine>;

/** It stands outside of the lines, and is a part of the total. */
export const shippingCost = z.object({ amount_tax: amount, amount_total: amount });

/** Lines of any shape, with shipping as a line of its own; `null` if this body does not list them. */
export function lineFacts(sent: Invoice): LineFact[] | null {
  const lines = sent.lines?.data;
  if (lines == null) return null;
  const read = lines.map((line) => ({ line: lineFact(line), uniqueId: line.unique_id ?? null }));
  const shipping = shippingLine(sent).map((line) => ({ line, uniqueId: null }));
  return distinctLines([...read, ...shipping]);
}

/** A longer list is cut off after ten, and `has_more` says so. Lines that do not make the total are not all of it. */
export function areComplete(sent: Invoice, lines: readonly LineFact[] | null): boolean {
  if (lines === null || sent.lines?.has_more === true) return false;
  return sum(lines.map((line) => line.total)) === sent.total;
}

/**
 * The service period that ends last, of what is sold for a whole one if there is any: usage is billed for the period that
 * is over beside a fee for the next. A one-off line has none.
 */
export function billingPeriodOf(lines: readonly InvoiceLine[]): Period | null {
  const lasting = lines.flatMap((line) => {
    const { start: startsAt, end: endsAt } = line.period ?? { start: 0n, end: 0n };
    return startsAt < endsAt ? [{ startsAt, endsAt, isPart: isProration(line) }] : [];
  });
  const whole = lasting.filter(({ isPart }) => !isPart);
  const candidates = whole.length > 0 ? whole : lasting;
  const last = candidates.toSorted((a, b) => Number(b.endsAt - a.endsAt)).at(0);
  return last === undefined ? null : { startsAt: last.startsAt, endsAt: last.endsAt };
}

/** The newer field, else the older. */
export function priceRefs(line: InvoiceLine) {
  const details = line.pricing?.price_details;
  return {
    newer: {
      price: typeof details?.price === "string" ? details.price : (wholePriceOf(line)?.id ?? null),
      product: details?.product ?? null,
    },
    older: {
      price: line.price?.id ?? line.plan?.id ?? null,
      product: line.price?.product ?? line.plan?.product ?? null,
    },
  };
}

export function newerProration({ parent }: InvoiceLine): boolean | null {
  const { invoice_item_details: item, subscription_item_details: subscription } = parent ?? {};
  return item?.proration ?? subscription?.proration ?? null;
}

/** What the line contributes to the invoice's total: exclusive tax is on top of its amount, inclusive tax is inside. */
function lineFact(line: InvoiceLine): LineFact {
  const taxes = newerSum(line.taxes) ?? olderSum(line.tax_amounts) ?? { all: 0n, exclusive: 0n };
  const discount = (discountSum(line.discount_amounts) ?? 0n) + creditGrants(line.pretax_credit_amounts);
  const { newer, older } = priceRefs(line);
  return {
    ref: line.id,
    priceRef: newer.price ?? older.price,
    productRef: newer.product ?? older.product,
    description: line.description ?? null,
    quantity: line.quantity_decimal ?? line.quantity,
    subtotal: line.amount + taxes.exclusive - taxes.all,
    discount,
    tax: taxes.all,
    total: line.amount - discount + taxes.exclusive,
    proration: prorationOf(line),
    metadata: metadataOf(line),
  };
}

function isProration(line: InvoiceLine): boolean {
  return newerProration(line) ?? line.proration ?? false;
}

function prorationOf(line: InvoiceLine): LineFact["proration"] {
  if (!isProration(line)) return null;
  return { rate: null, startsAt: line.period?.start ?? null, endsAt: line.period?.end ?? null };
}

function shippingLine({ id, shipping_cost: shipping }: Invoice): LineFact[] {
  if (shipping == null) return [];
  const { amount_tax: tax, amount_total: total } = shipping;
  const line = { priceRef: null, productRef: null, description: "Shipping", quantity: "1" };
  return [
    {
      ref: shippingRef(id),
      ...line,
      subtotal: total - tax,
      discount: 0n,
      tax,
      total,
      proration: null,
      metadata: {},
    },
  ];
}

/** Stripe has no id for it. */
export function shippingRef(invoiceRef: string): string {
  return `${invoiceRef}:shipping`;
}

/** A key of the line wins over the same key of its price, as far as that is sent. */
function metadataOf(line: InvoiceLine): Metadata {
  const prices = [wholePriceOf(line), line.price, line.plan];
  return readMetadataOf([line.metadata, ...prices.map((price) => price?.metadata)]) ?? {};
}

function wholePriceOf({ pricing }: InvoiceLine) {
  const price = pricing?.price_details?.price;
  return typeof price === "object" ? price : null;
}
