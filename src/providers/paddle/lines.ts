import { z } from "zod";
import type { LineFact } from "../../domain/facts/facts.ts";
import type { Metadata } from "../../domain/facts/metadata.ts";
import { distinctLines } from "../kit/distinct-lines.ts";
import { freeText, reference, unlessMalformed } from "../kit/fields.ts";
import { readMetadataOf } from "../kit/metadata.ts";
import { amount } from "./amounts.ts";
import { period } from "./fields.ts";

/** One of `details.line_items`: what is asked for, by the line. */
export const lineItem = z.object({
  id: reference,
  price_id: reference.nullish(),
  /** Negative since the changelog of 2024-03: the credit of a part-period that was not used. */
  quantity: unlessMalformed(z.int()),
  totals: z.object({ subtotal: amount, discount: amount, tax: amount, total: amount }),
  proration: unlessMalformed(
    z.object({ rate: unlessMalformed(freeText), billing_period: unlessMalformed(period) }),
  ),
  product: z
    .object({ id: reference.nullish(), name: unlessMalformed(freeText), custom_data: z.unknown().optional() })
    .nullish(),
});
type LineItem = z.output<typeof lineItem>;

/** One of `items`: it holds the price that a line only names. */
export const pricedItem = z.object({
  price: z
    .object({ id: reference.nullish(), product_id: reference.nullish(), custom_data: z.unknown().optional() })
    .nullish(),
});
type PricedItem = z.output<typeof pricedItem>;

export function lineFacts(lines: readonly LineItem[], items: readonly PricedItem[]): LineFact[] {
  const prices = new Map(items.map(({ price }) => [price?.id, price]));
  const read = lines.map((line) =>
    lineFact(line, line.price_id == null ? undefined : prices.get(line.price_id)),
  );
  return distinctLines(read.map((line) => ({ line, uniqueId: null })));
}

function lineFact(line: LineItem, price: PricedItem["price"]): LineFact {
  const { subtotal, discount, tax, total } = line.totals;
  return {
    ref: line.id,
    priceRef: line.price_id ?? null,
    productRef: line.product?.id ?? price?.product_id ?? null,
    description: line.product?.name ?? null,
    quantity: line.quantity == null ? null : String(line.quantity),
    subtotal,
    discount,
    tax,
    total,
    proration: prorationOf(line),
    metadata: metadataOf(line, price),
  };
}

/**
 * Paddle sends a proration object with rate "0" and zero times on ordinary purchases, and "1" for a whole period (9 of 108
 * recorded bodies): only another rate or a negative quantity is a part-period.
 */
function prorationOf({ proration, quantity }: LineItem): LineFact["proration"] {
  const rate = proration?.rate ?? null;
  const isPart = rate !== null && !/^[01](?:\.0+)?$/.test(rate);
  if (!isPart && (quantity ?? 0) >= 0) return null;
  const { starts_at: startsAt = null, ends_at: endsAt = null } = proration?.billing_period ?? {};
  return { rate, startsAt, endsAt };
}

/** A key of the price wins over the same key of its product. */
function metadataOf(line: LineItem, price: PricedItem["price"]): Metadata {
  return readMetadataOf([price?.custom_data, line.product?.custom_data]) ?? {};
}
