import { z } from "zod";
import { type Amount, sum } from "../../domain/money.ts";
import { amount } from "./amounts.ts";

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
