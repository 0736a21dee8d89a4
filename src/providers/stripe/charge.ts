import { z } from "zod";
import type { PaymentMethod, Stamp } from "../../domain/facts/facts.ts";
import type { PaymentFact } from "../../domain/facts/linked-facts.ts";
import type { Amount } from "../../domain/money.ts";
import {
  freeText,
  isRecord,
  type Parked,
  parked,
  parkedBy,
  readMetadata,
  reference,
  unlessMalformed,
} from "../kit/fields.ts";
import type { Normalised } from "../provider.ts";
import { brokenRow, expandedRow, rowOrRef, rowRefOf } from "./balance-transaction.ts";
import { currency, listOf, referenceOrObject, time, unsignedAmount } from "./fields.ts";
import { ifProviderSells, managedPayments } from "./managed-payments.ts";
import { refund, refundFacts } from "./money-back.ts";

const shape = z.object({ type: freeText });
/** Under a key of the method's own name: a card's brand, a bank account's last digits. */
const details = z.object({
  brand: freeText.nullish().catch(null),
  last4: z
    .string()
    .regex(/^\d{4}$/)
    .nullish()
    .catch(null),
});

/** Of a card only its brand and last four digits: the holder's name and the expiry are personal. It moves no money. */
function methodOf(sent: unknown): PaymentMethod | null {
  const method = shape.safeParse(sent);
  if (!method.success) return null;
  const { type } = method.data;
  const own = isRecord(sent) && Object.hasOwn(sent, type) ? sent[type] : undefined;
  const read = details.safeParse(own);
  return { type, brand: read.data?.brand ?? null, last4: read.data?.last4 ?? null };
}

const charge = z.object({
  id: reference,
  status: z.enum(["succeeded", "pending", "failed"]),
  captured: z.boolean(),
  currency,
  amount: unsignedAmount,
  /** Missing in bodies of before 2019. */
  amount_captured: unsignedAmount.nullish(),
  amount_refunded: unsignedAmount,
  payment_intent: referenceOrObject.nullish(),
  /** Until Basil; `null` proves that there is none. */
  invoice: referenceOrObject.nullish(),
  /** Which invoices it paid: in no body of Stripe's, but where a source has asked for them. */
  invoice_payments: listOf(z.unknown()).nullish(),
  balance_transaction: rowOrRef.nullish(),
  payment_method_details: z.unknown().optional(),
  customer: referenceOrObject.nullish(),
  description: unlessMalformed(freeText),
  livemode: unlessMalformed(z.boolean()),
  created: time.nullish(),
  metadata: z.unknown().optional(),
  /** Until 2022-11-15, and where it was expanded. */
  refunds: listOf(refund).nullish(),
  /** What its intent says: in no body of Stripe's, but where a source has asked for that. */
  managed_payments: managedPayments,
});
type Charge = z.output<typeof charge>;

/** What one event says about a charge, and about its refunds and its balance row where they are sent with it. */
export function readCharge(object: unknown, stamp: Stamp, type: string): Normalised {
  const parsed = charge.safeParse(object);
  if (!parsed.success) return parkedBy(parsed.error, "data.object");
  const sent = parsed.data;
  const { balance_transaction: row } = sent;
  const broken = brokenRow(row, "data.object.balance_transaction") ?? differingCurrency(sent);
  if (broken !== null) return broken;
  const refunds = (sent.refunds?.data ?? []).map((each) => ({ ...each, charge: each.charge ?? sent.id }));
  return {
    kind: "facts",
    facts: [
      paymentFact(sent, { stamp, type }),
      ...expandedRow(row, sent.id, stamp),
      ...refunds.flatMap((each) => refundFacts(each, stamp)),
    ],
  };
}

function differingCurrency({ currency, refunds }: Charge): Parked | null {
  const index = refunds?.data?.findIndex((each) => each.currency !== currency) ?? -1;
  if (index < 0) return null;
  return parked(
    "currency_mismatch",
    `data.object.refunds.data.${index}.currency: is another currency than the charge's.`,
  );
}

/** Events of the moment at which a charge is captured. */
const capturingTypes: ReadonlySet<string> = new Set(["charge.succeeded", "charge.captured"]);

function paymentFact(
  sent: Charge,
  { stamp, type }: { readonly stamp: Stamp; readonly type: string },
): PaymentFact {
  const captured = capturedAmount(sent);
  // Of one that was authorised first it is the time of the authorisation: nothing in a charge says when it was captured.
  const capturedAt = captured > 0n ? (sent.created ?? null) : null;
  return {
    kind: "payment",
    stamp,
    ref: sent.id,
    refs: { intentRef: sent.payment_intent ?? null, chargeRef: sent.id },
    invoiceRef: invoiceRefOf(sent.invoice) ?? (paidNoInvoice(sent) ? "none" : null),
    // What is only authorised says `succeeded` too.
    status: sent.status === "succeeded" && !sent.captured ? "pending" : sent.status,
    currency: sent.currency,
    amount: captured,
    authorised: sent.status === "succeeded" ? sent.amount : null,
    amountRefunded: captured > 0n ? sent.amount_refunded : null,
    capturedAt,
    reachedAt: capturingTypes.has(type) ? null : capturedAt,
    method: methodOf(sent.payment_method_details),
    customerRef: sent.customer ?? null,
    description: sent.description ?? null,
    livemode: sent.livemode ?? null,
    createdAt: sent.created ?? null,
    metadata: readMetadata(sent.metadata),
    rowRef: rowRefOf(sent.balance_transaction),
    ...ifProviderSells(sent.managed_payments),
  };
}

function capturedAmount({ status, captured, amount, amount_captured: stated }: Charge): Amount {
  return status === "succeeded" && captured ? (stated ?? amount) : 0n;
}

function paidNoInvoice({ invoice_payments: paid }: Charge): boolean {
  return paid?.data?.length === 0 && paid.has_more !== true;
}

/** A missing key says nothing; `null` says that there is none. */
function invoiceRefOf(invoice: string | null | undefined): PaymentFact["invoiceRef"] {
  if (invoice === undefined) return null;
  return invoice === null ? "none" : { ref: invoice };
}

const paymentIntent = z.object({
  id: reference,
  status: z.string(),
  currency,
  amount: unsignedAmount.nullish(),
  amount_received: unsignedAmount,
  /** Since 2022-11-15; before it the attempts were listed, newest first. */
  latest_charge: referenceOrObject.nullish(),
  charges: listOf(z.object({ id: reference })).nullish(),
  /** Until Basil; `null` proves that there is none. */
  invoice: referenceOrObject.nullish(),
  customer: referenceOrObject.nullish(),
  description: unlessMalformed(freeText),
  livemode: unlessMalformed(z.boolean()),
  created: time.nullish(),
  metadata: z.unknown().optional(),
  managed_payments: managedPayments,
});
type PaymentIntent = z.output<typeof paymentIntent>;

/** What one event says about a payment intent. One that has received nothing has nothing to say yet. */
export function readPaymentIntent(object: unknown, stamp: Stamp): Normalised {
  const parsed = paymentIntent.safeParse(object);
  if (!parsed.success) return parkedBy(parsed.error, "data.object");
  if (parsed.data.amount_received === 0n) return { kind: "ignored", reason: "no_money_meaning" };
  return { kind: "facts", facts: [intentFact(parsed.data, stamp)] };
}

function intentFact(sent: PaymentIntent, stamp: Stamp): PaymentFact {
  const status = statusOf(sent.status);
  return {
    kind: "payment",
    stamp,
    ref: sent.id,
    refs: {
      intentRef: sent.id,
      chargeRef: sent.latest_charge ?? sent.charges?.data?.at(0)?.id ?? null,
    },
    invoiceRef: invoiceRefOf(sent.invoice),
    status,
    currency: sent.currency,
    amount: sent.amount_received,
    authorised: status === "succeeded" ? (sent.amount ?? null) : null,
    amountRefunded: null,
    capturedAt: status === "succeeded" ? stamp.occurredAt : null,
    reachedAt: null,
    method: null,
    customerRef: sent.customer ?? null,
    description: sent.description ?? null,
    livemode: sent.livemode ?? null,
    createdAt: sent.created ?? null,
    metadata: readMetadata(sent.metadata),
    rowRef: null,
    ...ifProviderSells(sent.managed_payments),
  };
}

/** All that is neither `succeeded` nor `canceled` is on its way: `processing`, `requires_capture`, … */
function statusOf(status: string): PaymentFact["status"] {
  return status === "succeeded" || status === "canceled" ? status : "pending";
}
