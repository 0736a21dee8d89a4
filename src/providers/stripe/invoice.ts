import { z } from "zod";
import type { DocumentFact, InvoiceTerms, Stage, Stamp } from "../../domain/facts/facts.ts";
import type { InvoicePaymentFact } from "../../domain/facts/linked-facts.ts";
import type { Metadata } from "../../domain/facts/metadata.ts";
import { type Amount, maximum, minimum } from "../../domain/money.ts";
import {
  freeText,
  type Parked,
  parked,
  parkedBy,
  readMetadataOf,
  reference,
  unlessMalformed,
} from "../kit/fields.ts";
import type { Normalised } from "../provider.ts";
import {
  amount,
  currency,
  disagreeing,
  listOf,
  type Pair,
  referenceOrObject,
  time,
  unsignedAmount,
} from "./fields.ts";
import {
  areComplete,
  billingPeriodOf,
  creditGrants,
  discountAmounts,
  discountSum,
  invoiceLine,
  lineFacts,
  newerProration,
  newerSum,
  newerTaxes,
  olderSum,
  olderTaxes,
  pretaxCredits,
  priceRefs,
  shippingCost,
  type Taxes,
} from "./invoice-lines.ts";
import { ifProviderSells, managedPayments } from "./managed-payments.ts";

/**
 * Subtotal − discount + tax = total, as at Paddle: the subtotal is without tax and before every discount. Stripe's own
 * `subtotal` has the discounts of items taken off already, and contains inclusive tax.
 */
function documentFigures(sent: Invoice): Pick<DocumentFact, "subtotal" | "discount" | "tax" | "total"> {
  const { total } = sent;
  const tax = taxOf(sent);
  const discount = discountOf(sent);
  const subtotal = tax === null ? null : total - tax + discount;
  return { subtotal, discount, tax, total };
}

/** The first of the shapes that says it; without any list, `tax: null` means none. */
function taxOf(sent: Invoice): Amount | null {
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
function creditFigures(
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
function unstatedCredit(sent: Invoice): Amount | null {
  const { total, starting_balance: starting, ending_balance: ending } = sent;
  if (starting == null || ending == null) return null;
  return total + starting - ending - (sent.pre_payment_credit_notes_amount ?? 0n) - sent.amount_due;
}

/**
 * What every invoice must agree with itself about, or its amounts are not to be trusted. Measured on recorded bodies: S1
 * held on all 33 finalized ones, S3 on all 12 that state a total without tax.
 */
function brokenInvoice(sent: Invoice): Parked | null {
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

/** Which payment it is; a payment record is of money that Stripe never had. */
const payment = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("payment_intent"),
    payment_intent: referenceOrObject,
    charge: referenceOrObject.nullish(),
  }),
  z.object({ type: z.literal("charge"), charge: referenceOrObject }),
  z.object({ type: z.literal("payment_record") }),
]);

const invoicePayment = z.object({
  id: reference,
  invoice: referenceOrObject,
  currency,
  amount_paid: unsignedAmount.nullish(),
  payment,
  status: z.enum(["open", "paid", "canceled"]),
  status_transitions: z.object({ paid_at: time.nullish() }).nullish(),
});
type InvoicePayment = z.output<typeof invoicePayment>;

/** What one event says about a payment, or a part of one, towards one invoice. */
export function readInvoicePayment(object: unknown, stamp: Stamp): Normalised {
  const parsed = invoicePayment.safeParse(object);
  if (!parsed.success) return parkedBy(parsed.error, "data.object");
  return { kind: "facts", facts: [invoicePaymentFact(parsed.data, stamp)] };
}

function invoicePaymentFact(sent: InvoicePayment, stamp: Stamp): InvoicePaymentFact {
  return {
    kind: "invoice_payment",
    stamp,
    ref: sent.id,
    invoiceRef: sent.invoice,
    payment: allocatedOf(sent.payment),
    status: sent.status,
    currency: sent.currency,
    amount: sent.amount_paid ?? null,
    paidAt: sent.status_transitions?.paid_at ?? null,
  };
}

function allocatedOf(sent: InvoicePayment["payment"]): InvoicePaymentFact["payment"] {
  switch (sent.type) {
    case "payment_intent":
      return { intentRef: sent.payment_intent, chargeRef: sent.charge ?? null };
    case "charge":
      return { intentRef: null, chargeRef: sent.charge };
    case "payment_record":
      return "outside";
    default:
      return sent satisfies never;
  }
}

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
