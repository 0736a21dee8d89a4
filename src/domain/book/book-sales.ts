import type { Charge } from "../charge/charge.ts";
import { type Amount, maximum, sum } from "../money.ts";
import { accounts } from "./accounts.ts";

/** Sales and what part-period credits took off them, both gross; lines that are missing count by the document's subtotal. */
export function salesOf(charge: Charge): { sales: Amount; credits: Amount } {
  const subtotals = charge.lines.map((line) => line.subtotal);
  subtotals.push((charge.subtotal ?? 0n) - sum(subtotals));
  return {
    sales: sum(subtotals.map((subtotal) => maximum(subtotal, 0n))),
    credits: sum(subtotals.map((subtotal) => maximum(-subtotal, 0n))),
  };
}

/** Where the tax in a sale is: owed to the tax office, or kept by the provider from what it has not settled with us yet. */
export function taxAccount({ key, linked }: Charge): string {
  return linked?.providerSells ? accounts.unsettled(key) : accounts.tax(key);
}
