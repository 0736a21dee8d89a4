import type { Charge } from "../charge/charge.ts";
import { type Amount, maximum, sum } from "../money.ts";

/** Sales and what part-period credits took off them, both gross; lines that are missing count by the document's subtotal. */
export function salesOf(charge: Charge): { sales: Amount; credits: Amount } {
  const subtotals = charge.lines.map((line) => line.subtotal);
  subtotals.push((charge.subtotal ?? 0n) - sum(subtotals));
  return {
    sales: sum(subtotals.map((subtotal) => maximum(subtotal, 0n))),
    credits: sum(subtotals.map((subtotal) => maximum(-subtotal, 0n))),
  };
}
