import { z } from "zod";
import { type Amount, sum } from "../../domain/money.ts";
import { amount } from "./amounts.ts";

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
