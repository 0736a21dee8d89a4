import { z } from "zod";
import type { DocumentFact, InvoiceTerms, Stage, Stamp } from "../../domain/facts/facts.ts";
import type { Metadata } from "../../domain/facts/metadata.ts";
import { freeText, reference, unlessMalformed } from "../kit/fields.ts";
import { readMetadataOf } from "../kit/metadata.ts";
import { parked, parkedBy } from "../kit/parked.ts";
import type { Normalised } from "../provider.ts";
import { amount, currency, unsignedAmount } from "./amounts.ts";
import { discountAmounts, pretaxCredits } from "./discounts.ts";
import { listOf, referenceOrObject, time } from "./fields.ts";
import { creditFigures, documentFigures, unstatedCredit } from "./invoice-figures.ts";
import { brokenInvoice } from "./invoice-identities.ts";
import { areComplete, billingPeriodOf, invoiceLine, lineFacts, shippingCost } from "./invoice-lines.ts";
import { invoicePayment, invoicePaymentFact } from "./invoice-payment.ts";
import { ifProviderSells, managedPayments } from "./managed-payments.ts";
import { newerTaxes, olderTaxes } from "./taxes.ts";

const stages: ReadonlyMap<unknown, Stage> = new Map([
  ["draft", "draft"],
  ["open", "open"],
  ["uncollectible", "uncollectible"],
  ["void", "void"],
  ["paid", "paid"],
]);

const subscriptionDetails = z.object({
  subscription: unlessMalformed(referenceOrObject),
  metadata: z.unknown().optional(),
});

/** What we take of an invoice, of all shapes: loose about what is extra, strict about what moves money. */
const invoice = z.object({
  id: reference,
  status: z.string().nullish(),
  currency,
  customer: referenceOrObject.nullish(),
  customer_account: referenceOrObject.nullish(),
  amount_due: unsignedAmount,
  amount_paid: unsignedAmount,
  amount_remaining: unsignedAmount.nullish(),
  amount_overpaid: unsignedAmount.nullish(),
  starting_balance: amount.nullish(),
  ending_balance: amount.nullish(),
  pre_payment_credit_notes_amount: unsignedAmount.nullish(),
  subtotal: amount.nullish(),
  total: amount,
  total_excluding_tax: amount.nullish(),
  total_discount_amounts: discountAmounts.nullish(),
  total_pretax_credit_amounts: pretaxCredits.nullish(),
  total_taxes: newerTaxes.nullish(),
  shipping_cost: shippingCost.nullish(),
  lines: listOf(invoiceLine).nullish(),
  /** In no webhook's body; in one that was fetched with it expanded. */
  payments: listOf(invoicePayment).nullish(),
  parent: unlessMalformed(z.object({ subscription_details: unlessMalformed(subscriptionDetails) })),
  number: unlessMalformed(freeText),
  billing_reason: unlessMalformed(freeText),
  collection_method: unlessMalformed(z.string()),
  created: unlessMalformed(time),
  status_transitions: unlessMalformed(
    z.object({ finalized_at: unlessMalformed(time), paid_at: unlessMalformed(time) }),
  ),
  livemode: unlessMalformed(z.boolean()),
  metadata: z.unknown().optional(),
  /** In no body that we know: an invoice says it through what it was sold by. */
  managed_payments: managedPayments,
  // Before Basil (2025-03-31):
  tax: amount.nullish(),
  total_tax_amounts: olderTaxes.nullish(),
  charge: referenceOrObject.nullish(),
  payment_intent: referenceOrObject.nullish(),
  paid_out_of_band: z.boolean().nullish(),
  subscription: unlessMalformed(referenceOrObject),
  subscription_details: unlessMalformed(z.object({ metadata: z.unknown().optional() })),
});

export type Invoice = z.output<typeof invoice>;

/** What one event says about an invoice, and about its payments where they are listed in it. */
export function readInvoice(object: unknown, stamp: Stamp, type: string): Normalised {
  const parsed = invoice.safeParse(object);
  if (!parsed.success) return parkedBy(parsed.error, "data.object");
  const sent = parsed.data;
  // Only a draft can be deleted, and the event carries it as it was: nobody will be asked to pay it.
  const stage = type === "invoice.deleted" ? "void" : stages.get(sent.status);
  if (stage === undefined) return parked("unknown_status", "data.object.status");
  const payments = sent.payments?.data ?? [];
  return (
    brokenInvoice(sent) ?? {
      kind: "facts",
      facts: [
        documentFact(sent, stage, { stamp, type }),
        ...payments.map((payment) => invoicePaymentFact(payment, stamp)),
      ],
    }
  );
}

/** Events that say of an invoice that it is paid now. */
const payingTypes: ReadonlySet<string> = new Set(["invoice.paid", "invoice.payment_succeeded"]);

function documentFact(
  sent: Invoice,
  stage: Stage,
  { stamp, type }: { readonly stamp: Stamp; readonly type: string },
): DocumentFact {
  const lines = lineFacts(sent);
  return {
    kind: "document",
    stamp,
    ref: sent.id,
    document: "invoice",
    stage,
    currency: sent.currency,
    ...documentFigures(sent),
    ...creditFigures(sent),
    grandTotal: sent.amount_due,
    balance: sent.amount_remaining ?? null,
    fee: null,
    earnings: null,
    payout: null,
    lines,
    payments: null,
    invoice: termsOf(sent, areComplete(sent, lines)),
    customerRef: sent.customer ?? sent.customer_account ?? null,
    subscriptionRef: sent.parent?.subscription_details?.subscription ?? sent.subscription ?? null,
    invoiceNumber: sent.number ?? null,
    origin: sent.billing_reason ?? null,
    collectionMode: collectionModeOf(sent),
    billingPeriod: billingPeriodOf(sent.lines?.data ?? []),
    livemode: sent.livemode ?? null,
    createdAt: sent.created ?? null,
    billedAt: sent.status_transitions?.finalized_at ?? null,
    reachedAt: stage === "paid" && !payingTypes.has(type) ? (sent.status_transitions?.paid_at ?? null) : null,
    metadata: metadataOf(sent),
    ...ifProviderSells(sent.managed_payments),
  };
}

function termsOf(sent: Invoice, linesComplete: boolean): InvoiceTerms {
  return {
    amountPaid: sent.amount_paid,
    overpaid: sent.amount_overpaid ?? null,
    saysOutside: sent.paid_out_of_band ?? null,
    payment: paymentOf(sent),
    startingBalance: sent.starting_balance ?? null,
    endingBalance: sent.ending_balance ?? null,
    unstatedCredit: unstatedCredit(sent),
    linesComplete,
  };
}

/** Until Basil an invoice named its payment, or said `null`; since then the keys are missing. */
function paymentOf({ charge, payment_intent: intent }: Invoice): InvoiceTerms["payment"] {
  if (charge === undefined && intent === undefined) return null;
  if (charge == null && intent == null) return "none";
  return { intentRef: intent ?? null, chargeRef: charge ?? null };
}

function collectionModeOf({ collection_method: method }: Invoice): DocumentFact["collectionMode"] {
  if (method === "charge_automatically") return "automatic";
  return method === "send_invoice" ? "manual" : null;
}

/** A key of the invoice wins over the same key of its subscription, whose metadata it carries as they were. */
function metadataOf(sent: Invoice): Metadata | null {
  const { parent, subscription_details: details } = sent;
  return readMetadataOf([sent.metadata, parent?.subscription_details?.metadata, details?.metadata]);
}
