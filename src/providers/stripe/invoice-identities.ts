import { type Parked, parked } from "../kit/parked.ts";
import type { Invoice } from "./invoice.ts";
import { taxOf, unstatedCredit } from "./invoice-figures.ts";
import { newerProration, priceRefs } from "./invoice-lines.ts";
import { disagreeing, type Pair } from "./shapes.ts";
import { newerSum, olderSum } from "./taxes.ts";

/**
 * What every invoice must agree with itself about, or its amounts are not to be trusted. Measured on recorded bodies: S1
 * held on all 33 finalized ones, S3 on all 12 that state a total without tax.
 */
export function brokenInvoice(sent: Invoice): Parked | null {
  return (
    differingCurrency(sent) ??
    disagreeing(invoicePairs(sent)) ??
    disagreeing(linePairs(sent)) ??
    brokenDue(sent) ??
    brokenTax(sent)
  );
}

function differingCurrency({ currency, lines, payments }: Invoice): Parked | null {
  const line = lines?.data?.findIndex((each) => each.currency !== currency) ?? -1;
  if (line >= 0) return mismatch(`lines.data.${line}`);
  const payment = payments?.data?.findIndex((each) => each.currency !== currency) ?? -1;
  return payment >= 0 ? mismatch(`payments.data.${payment}`) : null;
}

function mismatch(where: string): Parked {
  return parked(
    "currency_mismatch",
    `data.object.${where}.currency: is another currency than the rest of the body.`,
  );
}

function invoicePairs(sent: Invoice): Pair[] {
  const newerTax = newerSum(sent.total_taxes);
  const olderTax = olderSum(sent.total_tax_amounts);
  const listed = newerTax ?? olderTax;
  return [
    { newer: newerTax?.all, older: olderTax?.all, path: "data.object.total_taxes" },
    { newer: newerTax?.exclusive, older: olderTax?.exclusive, path: "data.object.total_taxes" },
    {
      newer: listed?.all,
      older: sent.tax,
      path: `data.object.${newerTax ? "total_taxes" : "total_tax_amounts"}`,
    },
    {
      newer: sent.parent?.subscription_details?.subscription,
      older: sent.subscription,
      path: "data.object.parent.subscription_details.subscription",
    },
  ];
}

function linePairs({ lines }: Invoice): Pair[] {
  return (lines?.data ?? []).flatMap((line, index) => {
    const path = `data.object.lines.data.${index}`;
    const [newerTax, olderTax] = [newerSum(line.taxes), olderSum(line.tax_amounts)];
    const { newer, older } = priceRefs(line);
    return [
      { newer: newerTax?.all, older: olderTax?.all, path: `${path}.taxes` },
      { newer: newerTax?.exclusive, older: olderTax?.exclusive, path: `${path}.taxes` },
      { newer: newer.price, older: older.price, path: `${path}.pricing.price_details.price` },
      { newer: newer.product, older: older.product, path: `${path}.pricing.price_details.product` },
      { newer: newerProration(line), older: line.proration, path: `${path}.parent` },
    ];
  });
}

/**
 * S1. Less may be due than its figures come to: credit that paid and that its balances do not tell, as where it was spent
 * after the invoice was finalized. Whether what is said to be paid was paid is certain then all the same.
 */
function brokenDue(sent: Invoice): Parked | null {
  const unstated = unstatedCredit(sent) ?? 0n;
  const isCredit = unstated > 0n && (sent.ending_balance ?? 0n) >= (sent.starting_balance ?? 0n);
  if (unstated === 0n || (isCredit && isPaidAsAsked(sent))) return null;
  return parked(
    "identity_S1",
    "data.object.amount_due: is not total + starting_balance − ending_balance − pre_payment_credit_notes_amount.",
  );
}

/** S2: what remains is what is due and was not paid, and of a paid one that is nothing. */
function isPaidAsAsked({ status, amount_due: due, amount_paid: paid, amount_remaining: stated }: Invoice) {
  const rest = due - paid;
  return (stated ?? rest) === rest && (status !== "paid" || rest === 0n);
}

/** S3. It holds for exclusive and inclusive tax alike. */
function brokenTax(sent: Invoice): Parked | null {
  const tax = taxOf(sent);
  if (sent.total_excluding_tax == null || tax === null || sent.total === sent.total_excluding_tax + tax)
    return null;
  return parked("identity_S3", "data.object.total: is not total_excluding_tax plus its taxes.");
}
