import { z } from "zod";
import type { CreditNoteFact } from "../../domain/facts/linked-facts.ts";
import { amount } from "./amounts.ts";
import type { CreditNote } from "./credit-note.ts";
import { creditGrants, discountAmounts, discountSum, pretaxCredits } from "./discounts.ts";
import { referenceOrObject } from "./fields.ts";
import { shippingRef } from "./invoice-lines.ts";
import { newerSum, newerTaxes, olderSum, olderTaxes } from "./taxes.ts";

export const creditNoteLine = z.object({
  /** Before exclusive tax and discounts. */
  amount,
  /** Missing on a line that is about no line of the invoice. */
  invoice_line_item: referenceOrObject.nullish(),
  discount_amounts: discountAmounts.nullish(),
  pretax_credit_amounts: pretaxCredits.nullish(),
  taxes: newerTaxes.nullish(),
  /** Before Basil (2025-03-31). */
  tax_amounts: olderTaxes.nullish(),
});

export const creditNoteShipping = z.object({ amount_tax: amount, amount_total: amount });

/** What is given back of which line of the invoice, tax included. A list that was cut off names none: it would mislead. */
export function creditNoteLines({
  lines,
  invoice,
  shipping_cost: shipping,
}: CreditNote): CreditNoteFact["lines"] {
  if (lines?.data == null || lines.has_more === true) return [];
  const named = lines.data.flatMap((line) =>
    line.invoice_line_item == null ? [] : [{ lineRef: line.invoice_line_item, ...amountsOf(line) }],
  );
  if (shipping == null || shipping.amount_total === 0n) return named;
  const { amount_total: amount, amount_tax: tax } = shipping;
  return [...named, { lineRef: shippingRef(invoice), amount, tax }];
}

function amountsOf(line: z.output<typeof creditNoteLine>) {
  const taxes = newerSum(line.taxes) ?? olderSum(line.tax_amounts) ?? { all: 0n, exclusive: 0n };
  const discount = (discountSum(line.discount_amounts) ?? 0n) + creditGrants(line.pretax_credit_amounts);
  return { amount: line.amount - discount + taxes.exclusive, tax: taxes.all };
}
