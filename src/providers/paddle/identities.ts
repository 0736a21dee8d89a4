import { type Amount, sum } from "../../domain/money.ts";
import { type Parked, parked } from "../kit/parked.ts";
import type { Transaction } from "./transaction.ts";

const lineColumns = ["subtotal", "discount", "tax", "total"] as const;

/**
 * What every transaction must agree with itself about, or its amounts are not to be trusted. Measured on 108 recorded or
 * official bodies: I1 and I2 held on all, I5 on all but previews. What legitimate documents can miss (captured sums,
 * earnings) is looked at on the folded charge instead.
 */
export function brokenIdentity(sent: Transaction): Parked | null {
  return differingCurrency(sent) ?? brokenTotals(sent) ?? brokenLineSums(sent);
}

/** `unit_price` may be in another currency (a localised price), payout totals have their own. */
function differingCurrency({ currency_code, details }: Transaction): Parked | null {
  if (details.totals.currency_code !== currency_code) return mismatch("totals");
  if ((details.adjusted_totals?.currency_code ?? currency_code) !== currency_code)
    return mismatch("adjusted_totals");
  const payout = details.payout_totals?.currency_code;
  const adjustedPayout = details.adjusted_payout_totals?.currency_code;
  if (payout != null && adjustedPayout != null && payout !== adjustedPayout)
    return mismatch("adjusted_payout_totals");
  return null;
}

function mismatch(where: string): Parked {
  return parked(
    "currency_mismatch",
    `data.details.${where}.currency_code: is another currency than the rest of the body.`,
  );
}

function brokenTotals({ details: { totals } }: Transaction): Parked | null {
  const {
    subtotal,
    discount,
    tax,
    total,
    credit,
    grand_total: grandTotal,
    credit_to_balance: issued = 0n,
  } = totals;
  if (subtotal - discount + tax !== total) {
    return parked("identity_I1", "data.details.totals: subtotal − discount + tax is not total.");
  }
  if (total - credit + issued !== grandTotal) {
    return parked(
      "identity_I2",
      "data.details.totals: total − credit + credit_to_balance is not grand_total.",
    );
  }
  return null;
}

/** I5. Without lines there is nothing to sum up, so all totals must be zero then. */
function brokenLineSums({ details }: Transaction): Parked | null {
  const column = lineColumns.find((name) => sumOf(details.line_items, name) !== details.totals[name]);
  if (column === undefined) return null;
  return parked(
    "identity_I5",
    `data.details.line_items: their ${column} does not sum to data.details.totals.${column}.`,
  );
}

function sumOf(lines: Transaction["details"]["line_items"], column: (typeof lineColumns)[number]): Amount {
  return sum(lines.map((line) => line.totals[column]));
}
