import { divideRounded, portion } from "../../testing/written.ts";
import { type Article, type CurrencyCode, priceOf, toStep } from "../catalogue.ts";

/** Subtotal − discount + tax = total, on every line and so on every document. */
export interface Totals {
  readonly subtotal: bigint;
  readonly discount: bigint;
  readonly tax: bigint;
  readonly total: bigint;
}

export interface Price {
  readonly id: string;
  readonly productId: string;
  readonly article: Article;
}

/** Of a part-period line: the part in 1/100,000. */
export interface Proration {
  readonly rate: bigint;
  readonly startsAt: bigint;
  readonly endsAt: bigint;
}

export interface Line {
  readonly id: string;
  readonly price: Price;
  /** Negative where a plan change gives the unused part of a plan back, in the era of lines. */
  readonly quantity: number;
  readonly proration: Proration | null;
  /** The line on an earlier document that a negative one gives back. */
  readonly givesBack: string | null;
  /** In 1/10,000. */
  readonly taxRate: bigint;
  readonly unitTotals: Totals;
  readonly totals: Totals;
}

/** How lines are priced for one customer. */
export interface Pricing {
  readonly currency: CurrencyCode;
  readonly taxRate: bigint;
  readonly taxIncluded: boolean;
  /** In percent. */
  readonly discount: bigint;
}

export const wholeRate = 100_000n;
const wholeTaxRate = 10_000n;

type Ordered = Pick<Line, "id" | "price" | "quantity" | "proration" | "givesBack">;

export function priceLine(ordered: Ordered, pricing: Pricing): Line {
  const unit =
    (priceOf(ordered.price.article, pricing.currency) * (ordered.proration?.rate ?? wholeRate)) / wholeRate;
  const size = totalsOf(unit * BigInt(Math.abs(ordered.quantity)), pricing);
  return {
    ...ordered,
    taxRate: pricing.taxRate,
    unitTotals: totalsOf(unit, pricing),
    totals: ordered.quantity < 0 ? negated(size) : size,
  };
}

/** A line that costs nothing: a trial, a change of the payment method. */
export function freeLine(ordered: Ordered, { taxRate }: Pricing): Line {
  return { ...ordered, taxRate, unitTotals: nothing, totals: nothing };
}

export function sumOf(lines: readonly Line[]): Totals {
  return lines.reduce(
    (sum, { totals }) => ({
      subtotal: sum.subtotal + totals.subtotal,
      discount: sum.discount + totals.discount,
      tax: sum.tax + totals.tax,
      total: sum.total + totals.total,
    }),
    nothing,
  );
}

const nothing: Totals = { subtotal: 0n, discount: 0n, tax: 0n, total: 0n };

function totalsOf(listed: bigint, { currency, taxRate, taxIncluded, discount: percent }: Pricing): Totals {
  const price = toStep(listed, currency);
  const subtotal = taxIncluded ? divideRounded(price * wholeTaxRate, wholeTaxRate + taxRate) : price;
  const discount = portion(subtotal, percent, 100n);
  const untouched = taxIncluded && discount === 0n;
  const tax = untouched ? price - subtotal : divideRounded((subtotal - discount) * taxRate, wholeTaxRate);
  return { subtotal, discount, tax, total: subtotal - discount + tax };
}

function negated({ subtotal, discount, tax, total }: Totals): Totals {
  return { subtotal: -subtotal, discount: -discount, tax: -tax, total: -total };
}
