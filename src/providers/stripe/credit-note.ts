import { z } from "zod";
import type { Stamp } from "../../domain/facts/facts.ts";
import type { CreditNoteFact } from "../../domain/facts/linked-facts.ts";
import { type Amount, sum } from "../../domain/money.ts";
import { freeText, type Parked, parked, parkedBy, reference, unlessMalformed } from "../kit/fields.ts";
import type { Normalised } from "../provider.ts";
import { amount, currency, disagreeing, listOf, referenceOrObject, time, unsignedAmount } from "./fields.ts";
import {
  creditGrants,
  discountAmounts,
  discountSum,
  newerSum,
  newerTaxes,
  olderSum,
  olderTaxes,
  pretaxCredits,
  shippingRef,
} from "./invoice-lines.ts";

const creditNoteLine = z.object({
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

const creditNoteShipping = z.object({ amount_tax: amount, amount_total: amount });

/** What is given back of which line of the invoice, tax included. A list that was cut off names none: it would mislead. */
function creditNoteLines({ lines, invoice, shipping_cost: shipping }: CreditNote): CreditNoteFact["lines"] {
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

type CreditNoteParts = Pick<CreditNoteFact, "beforePayment" | "refunds" | "credited" | "givenOutside"> & {
  readonly kind: "parts";
};

/**
 * What a note consists of. Since Basil it states how much of each; before it there was one refund at most, named without
 * an amount, and what went to the customer's balance was told by a transaction of its own.
 */
function creditNoteParts(sent: CreditNote): CreditNoteParts | Parked {
  const { refunds: listed, refund, total } = sent;
  if (listed != null && refund != null && !listed.some((each) => each.refund === refund))
    return parked("shapes_disagree", "data.object.refunds: lacks the refund that data.object.refund names.");
  const beforePayment = beforePaymentOf(sent);
  const refunds = refundsOf(sent);
  const recorded = (listed ?? []).filter((each) => each.refund == null);
  const givenOutside = (sent.out_of_band_amount ?? 0n) + sum(recorded.map((each) => each.amount_refunded));
  const rest = beforePayment === null ? null : restOf(total - beforePayment - givenOutside, refunds);
  if (rest !== null && rest < 0n)
    return parked("credit_note_parts", "data.object.total: is less than its parts together.");
  return { kind: "parts", beforePayment, refunds, credited: creditedOf(sent, rest), givenOutside };
}

function beforePaymentOf({
  pre_payment_amount: stated,
  post_payment_amount: after,
  type,
  total,
}: CreditNote) {
  if (stated != null) return stated;
  if (after != null) return total - after;
  if (type === "pre_payment") return total;
  return type === "post_payment" ? 0n : null;
}

function refundsOf({ refunds, refund }: CreditNote): CreditNoteFact["refunds"] {
  if (refunds == null) return refund == null ? [] : [{ ref: refund, amount: null }];
  return refunds.flatMap(({ refund: ref, amount_refunded: amount }) =>
    ref == null ? [] : [{ ref, amount }],
  );
}

/** What of the part after payment no refund accounts for; `null` if a refund's amount is not known here. */
function restOf(afterPayment: Amount, refunds: CreditNoteFact["refunds"]): Amount | null {
  let rest = afterPayment;
  for (const { amount } of refunds) {
    if (amount === null) return null;
    rest -= amount;
  }
  return rest;
}

/** Without a balance transaction nothing went there; with one, what is left over did. */
function creditedOf({ customer_balance_transaction: transaction }: CreditNote, rest: Amount | null) {
  if (transaction == null) return 0n;
  return typeof transaction === "object" ? -transaction.amount : rest;
}

const creditNote = z.object({
  id: reference,
  invoice: referenceOrObject,
  status: z.enum(["issued", "void"]),
  /** `pre_payment`, `post_payment`, and since 2025-05 `mixed`. */
  type: z.string(),
  currency,
  total: unsignedAmount,
  total_excluding_tax: unsignedAmount.nullish(),
  total_taxes: newerTaxes.nullish(),
  pre_payment_amount: unsignedAmount.nullish(),
  post_payment_amount: unsignedAmount.nullish(),
  /** A refund by Stripe, or a record of money that was given back without it. */
  refunds: z
    .array(z.object({ amount_refunded: unsignedAmount, refund: referenceOrObject.nullish() }))
    .nullish(),
  out_of_band_amount: unsignedAmount.nullish(),
  customer_balance_transaction: z.union([reference, z.object({ id: reference, amount })]).nullish(),
  lines: listOf(creditNoteLine).nullish(),
  shipping_cost: creditNoteShipping.nullish(),
  customer: referenceOrObject.nullish(),
  reason: unlessMalformed(freeText),
  created: time.nullish(),
  // Before Basil (2025-03-31):
  refund: referenceOrObject.nullish(),
  tax_amounts: olderTaxes.nullish(),
});
type CreditNote = z.output<typeof creditNote>;

/** What one event says about a credit note. What only its refund or its balance transaction know is left open. */
export function readCreditNote(object: unknown, stamp: Stamp): Normalised {
  const parsed = creditNote.safeParse(object);
  if (!parsed.success) return parkedBy(parsed.error, "data.object");
  const parts = creditNoteParts(parsed.data);
  if (parts.kind === "parked") return parts;
  return brokenTax(parsed.data) ?? { kind: "facts", facts: [creditNoteFact(parsed.data, parts, stamp)] };
}

function brokenTax(sent: CreditNote): Parked | null {
  const { total_taxes: newer, tax_amounts: older, total_excluding_tax: untaxed, total } = sent;
  const path = "data.object.total_taxes";
  const different = disagreeing([{ newer: newerSum(newer)?.all, older: olderSum(older)?.all, path }]);
  if (different !== null) return different;
  const tax = taxOf(sent);
  if (untaxed == null || tax === null || total === untaxed + tax) return null;
  return parked("credit_note_tax", "data.object.total: is not total_excluding_tax plus its taxes.");
}

function creditNoteFact(sent: CreditNote, parts: CreditNoteParts, stamp: Stamp): CreditNoteFact {
  return {
    kind: "credit_note",
    stamp,
    ref: sent.id,
    invoiceRef: sent.invoice,
    status: sent.status,
    currency: sent.currency,
    total: sent.total,
    tax: taxOf(sent),
    beforePayment: parts.beforePayment,
    refunds: parts.refunds,
    credited: parts.credited,
    givenOutside: parts.givenOutside,
    lines: creditNoteLines(sent),
    customerRef: sent.customer ?? null,
    reason: sent.reason ?? null,
    createdAt: sent.created ?? null,
  };
}

function taxOf(sent: CreditNote): Amount | null {
  const listed = newerSum(sent.total_taxes) ?? olderSum(sent.tax_amounts);
  if (listed !== null) return listed.all;
  return sent.total_excluding_tax == null ? null : sent.total - sent.total_excluding_tax;
}
