import type { DocumentFact } from "../../domain/facts/facts.ts";
import { type Amount, maximum, minimum } from "../../domain/money.ts";
import { creditGrants, discountSum } from "./discounts.ts";
import type { Invoice } from "./invoice.ts";
import { newerSum, olderSum, type Taxes } from "./taxes.ts";

/**
 * Subtotal − discount + tax = total, as at Paddle: the subtotal is without tax and before every discount. Stripe's own
 * `subtotal` has the discounts of items taken off already, and contains inclusive tax.
 */
export function documentFigures(
  sent: Invoice,
): Pick<DocumentFact, "subtotal" | "discount" | "tax" | "total"> {
  const { total } = sent;
  const tax = taxOf(sent);
  const discount = discountOf(sent);
  const subtotal = tax === null ? null : total - tax + discount;
  return { subtotal, discount, tax, total };
}

/** The first of the shapes that says it; without any list, `tax: null` means none. */
export function taxOf(sent: Invoice): Amount | null {
  const listed = taxesOf(sent);
  if (listed !== null) return listed.all;
  if (sent.tax !== undefined) return sent.tax ?? 0n;
  return sent.total_excluding_tax == null ? null : sent.total - sent.total_excluding_tax;
}

/** Bodies of before 2020-08 do not list discounts: there they are what is missing between subtotal and total. */
function discountOf(sent: Invoice): Amount {
  const grants = creditGrants(sent.total_pretax_credit_amounts);
  const listed = discountSum(sent.total_discount_amounts);
  if (listed !== null) return listed + grants;
  if (sent.subtotal == null) return grants;
  const exclusiveTax = taxesOf(sent)?.exclusive ?? sent.tax ?? 0n;
  return maximum(sent.subtotal + exclusiveTax - sent.total, 0n);
}

function taxesOf(sent: Invoice): Taxes | null {
  return newerSum(sent.total_taxes) ?? olderSum(sent.total_tax_amounts);
}

/**
 * What the customer's balance did: Stripe keeps it as debt, so a rise of it paid for this invoice, and a fall of it either
 * collected debt of before, or made credit of a negative total. Unknown until the invoice is finalized.
 */
export function creditFigures(
  sent: Invoice,
): Pick<DocumentFact, "creditApplied" | "creditNotesApplied" | "creditIssued" | "debtBroughtForward"> {
  const { starting_balance: starting, ending_balance: ending } = sent;
  const creditNotesApplied = sent.pre_payment_credit_notes_amount ?? 0n;
  if (starting == null || ending == null)
    return { creditApplied: null, creditNotesApplied, creditIssued: null, debtBroughtForward: null };
  const rise = maximum(ending - starting, 0n) + (unstatedCredit(sent) ?? 0n);
  const fall = maximum(starting - ending, 0n);
  const debtBroughtForward = minimum(fall, maximum(starting, 0n));
  return {
    creditApplied: rise,
    creditNotesApplied,
    creditIssued: fall - debtBroughtForward,
    debtBroughtForward,
  };
}

/** What is missing in S1. Before it is finalized the ending balance is not known, and the amount due is a forecast. */
export function unstatedCredit(sent: Invoice): Amount | null {
  const { total, starting_balance: starting, ending_balance: ending } = sent;
  if (starting == null || ending == null) return null;
  return total + starting - ending - (sent.pre_payment_credit_notes_amount ?? 0n) - sent.amount_due;
}
