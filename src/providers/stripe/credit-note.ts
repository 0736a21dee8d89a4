import { z } from "zod";
import type { Stamp } from "../../domain/facts/facts.ts";
import type { CreditNoteFact } from "../../domain/facts/linked-facts.ts";
import type { Amount } from "../../domain/money.ts";
import { freeText, reference, unlessMalformed } from "../kit/fields.ts";
import { type Parked, parked, parkedBy } from "../kit/parked.ts";
import type { Normalised } from "../provider.ts";
import { amount, currency, unsignedAmount } from "./amounts.ts";
import { creditNoteLine, creditNoteLines, creditNoteShipping } from "./credit-note-lines.ts";
import { type CreditNoteParts, creditNoteParts } from "./credit-note-parts.ts";
import { listOf, referenceOrObject, time } from "./fields.ts";
import { disagreeing } from "./shapes.ts";
import { newerSum, newerTaxes, olderSum, olderTaxes } from "./taxes.ts";

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
export type CreditNote = z.output<typeof creditNote>;

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
