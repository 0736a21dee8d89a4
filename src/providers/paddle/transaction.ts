import { z } from "zod";
import type {
  DocumentFact,
  PaymentAttempt,
  PaymentMethod,
  PayoutTotals,
  Stage,
  Stamp,
} from "../../domain/facts/facts.ts";
import { maximum } from "../../domain/money.ts";
import type { Instant } from "../../domain/time.ts";
import { freeText, reference, unlessMalformed } from "../kit/fields.ts";
import { readMetadata } from "../kit/metadata.ts";
import { type Parked, parked, parkedBy } from "../kit/parked.ts";
import { amount, currency, unsignedAmount } from "./amounts.ts";
import { period, periodOf, time } from "./fields.ts";
import { brokenIdentity } from "./identities.ts";
import { lineFacts, lineItem, pricedItem } from "./lines.ts";

/** Paddle's transaction statuses; refunds and chargebacks change none of them. */
const stages: ReadonlyMap<string, Stage> = new Map([
  ["draft", "draft"],
  ["ready", "ready"],
  ["billed", "open"],
  ["past_due", "past_due"],
  ["canceled", "void"],
  ["paid", "paid"],
  ["completed", "completed"],
]);

const totals = z.object({
  subtotal: amount,
  discount: amount,
  tax: amount,
  total: amount,
  credit: unsignedAmount,
  /** Bodies of before 2024 lack it: a total could not be negative then. */
  credit_to_balance: unsignedAmount.optional(),
  grand_total: unsignedAmount,
  balance: amount.nullish(),
  fee: amount.nullish(),
  earnings: amount.nullish(),
  currency_code: currency,
});

const payoutTotals = z.object({
  subtotal: amount,
  discount: amount,
  tax: amount,
  total: amount,
  fee: amount.nullish(),
  earnings: amount.nullish(),
  currency_code: currency,
  /** Kept for people; no amount is computed with it. */
  exchange_rate: z.unknown().optional(),
});

const stated = z.object({ currency_code: currency.nullish() });

const payment = z.object({
  payment_attempt_id: reference,
  amount: unsignedAmount,
  status: z.string(),
  captured_at: time.nullish(),
  method_details: unlessMalformed(
    z.object({
      type: freeText,
      card: unlessMalformed(
        z.object({ type: unlessMalformed(freeText), last4: unlessMalformed(z.string()) }),
      ),
    }),
  ),
});

/** What we take of a transaction: loose about what is extra, strict about what moves money. */
const transaction = z.object({
  id: reference,
  status: z.string(),
  currency_code: currency,
  customer_id: reference.nullish(),
  subscription_id: unlessMalformed(reference),
  invoice_number: unlessMalformed(freeText),
  origin: unlessMalformed(freeText),
  collection_mode: unlessMalformed(z.enum(["automatic", "manual"])),
  billing_period: unlessMalformed(period),
  created_at: unlessMalformed(time),
  billed_at: unlessMalformed(time),
  custom_data: z.unknown().optional(),
  items: z.array(pricedItem).nullish(),
  details: z.object({
    totals,
    adjusted_totals: stated.nullish(),
    payout_totals: payoutTotals.nullish(),
    adjusted_payout_totals: stated.nullish(),
    line_items: z.array(lineItem),
  }),
  payments: z.array(payment),
});

export type Transaction = z.output<typeof transaction>;

/** What one event says about a transaction, as Paddle's API and webhooks send it. */
export function readTransaction(data: unknown, stamp: Stamp, type: string): DocumentFact | Parked {
  const parsed = transaction.safeParse(data);
  if (!parsed.success) return parkedBy(parsed.error);
  const stage = stages.get(parsed.data.status);
  if (stage === undefined) return parked("unknown_status", "data.status");
  return brokenIdentity(parsed.data) ?? documentFact(parsed.data, stage, { stamp, type });
}

/** Events that say of a transaction that it is paid, or complete, now. */
const payingTypes: ReadonlySet<string> = new Set(["transaction.paid", "transaction.completed"]);

/** Nothing in a transaction says when it was complete: money was captured some seconds before, or nothing was to be paid. */
function reachedAt(sent: Transaction, stage: Stage, type: string): Instant | null {
  if ((stage !== "paid" && stage !== "completed") || payingTypes.has(type)) return null;
  const captures = sent.payments.flatMap(({ status, captured_at: at }) =>
    status === "captured" && at ? [at] : [],
  );
  return captures.length > 0 ? captures.reduce(maximum) : (sent.billed_at ?? null);
}

function documentFact(
  sent: Transaction,
  stage: Stage,
  { stamp, type }: { readonly stamp: Stamp; readonly type: string },
): DocumentFact {
  const { totals } = sent.details;
  return {
    kind: "document",
    stamp,
    ref: sent.id,
    document: "transaction",
    stage,
    currency: sent.currency_code,
    subtotal: totals.subtotal,
    discount: totals.discount,
    tax: totals.tax,
    total: totals.total,
    creditApplied: totals.credit,
    creditNotesApplied: 0n,
    creditIssued: totals.credit_to_balance ?? 0n,
    debtBroughtForward: 0n,
    grandTotal: totals.grand_total,
    balance: totals.balance ?? null,
    fee: totals.fee ?? null,
    earnings: totals.earnings ?? null,
    payout: payoutOf(sent.details.payout_totals),
    lines: lineFacts(sent.details.line_items, sent.items ?? []),
    payments: sent.payments.map(paymentFact),
    invoice: null,
    customerRef: sent.customer_id ?? null,
    subscriptionRef: sent.subscription_id ?? null,
    invoiceNumber: sent.invoice_number ?? null,
    origin: sent.origin ?? null,
    collectionMode: sent.collection_mode ?? null,
    billingPeriod: periodOf(sent.billing_period),
    livemode: null,
    createdAt: sent.created_at ?? null,
    billedAt: sent.billed_at ?? null,
    reachedAt: reachedAt(sent, stage, type),
    metadata: readMetadata(sent.custom_data),
  };
}

function payoutOf(sent: z.output<typeof payoutTotals> | null | undefined): PayoutTotals | null {
  if (sent == null) return null;
  const { subtotal, discount, tax, total, exchange_rate: rate } = sent;
  return {
    currency: sent.currency_code,
    subtotal,
    discount,
    tax,
    total,
    fee: sent.fee ?? null,
    earnings: sent.earnings ?? null,
    exchangeRate: typeof rate === "string" && /^\d{1,30}(?:\.\d{1,30})?$/.test(rate) ? rate : null,
  };
}

/** An attempt that Paddle lists twice stays twice: the fold counts it once, by its ref. */
function paymentFact(sent: z.output<typeof payment>): PaymentAttempt {
  return {
    ref: sent.payment_attempt_id,
    amount: sent.amount,
    captured: sent.status === "captured",
    capturedAt: sent.captured_at ?? null,
    method: methodOf(sent.method_details),
  };
}

/** Of a card only its brand and last four digits: the holder's name and the expiry are personal. */
function methodOf(sent: z.output<typeof payment>["method_details"]): PaymentMethod | null {
  if (sent == null) return null;
  const last4 = sent.card?.last4;
  return {
    type: sent.type,
    brand: sent.card?.type ?? null,
    last4: last4 != null && /^\d{4}$/.test(last4) ? last4 : null,
  };
}
