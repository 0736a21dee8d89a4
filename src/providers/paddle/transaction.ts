import { z } from "zod";
import type {
  DocumentFact,
  LineFact,
  PaymentAttempt,
  PaymentMethod,
  PayoutTotals,
  Stage,
  Stamp,
} from "../../domain/facts/facts.ts";
import type { Metadata } from "../../domain/facts/metadata.ts";
import { type Amount, maximum, sum } from "../../domain/money.ts";
import type { Instant } from "../../domain/time.ts";
import { distinctLines } from "../kit/distinct-lines.ts";
import {
  freeText,
  type Parked,
  parked,
  parkedBy,
  readMetadata,
  readMetadataOf,
  reference,
  unlessMalformed,
} from "../kit/fields.ts";
import { amount, currency, period, periodOf, time, unsignedAmount } from "./fields.ts";

/** One of `details.line_items`: what is asked for, by the line. */
const lineItem = z.object({
  id: reference,
  price_id: reference.nullish(),
  /** Negative since the changelog of 2024-03: the credit of a part-period that was not used. */
  quantity: unlessMalformed(z.int()),
  totals: z.object({ subtotal: amount, discount: amount, tax: amount, total: amount }),
  proration: unlessMalformed(
    z.object({ rate: unlessMalformed(freeText), billing_period: unlessMalformed(period) }),
  ),
  product: z
    .object({ id: reference.nullish(), name: unlessMalformed(freeText), custom_data: z.unknown().optional() })
    .nullish(),
});
type LineItem = z.output<typeof lineItem>;

/** One of `items`: it holds the price that a line only names. */
const pricedItem = z.object({
  price: z
    .object({ id: reference.nullish(), product_id: reference.nullish(), custom_data: z.unknown().optional() })
    .nullish(),
});
type PricedItem = z.output<typeof pricedItem>;

function lineFacts(lines: readonly LineItem[], items: readonly PricedItem[]): LineFact[] {
  const prices = new Map(items.map(({ price }) => [price?.id, price]));
  const read = lines.map((line) =>
    lineFact(line, line.price_id == null ? undefined : prices.get(line.price_id)),
  );
  return distinctLines(read.map((line) => ({ line, uniqueId: null })));
}

function lineFact(line: LineItem, price: PricedItem["price"]): LineFact {
  const { subtotal, discount, tax, total } = line.totals;
  return {
    ref: line.id,
    priceRef: line.price_id ?? null,
    productRef: line.product?.id ?? price?.product_id ?? null,
    description: line.product?.name ?? null,
    quantity: line.quantity == null ? null : String(line.quantity),
    subtotal,
    discount,
    tax,
    total,
    proration: prorationOf(line),
    metadata: metadataOf(line, price),
  };
}

/**
 * Paddle sends a proration object with rate "0" and zero times on ordinary purchases, and "1" for a whole period (9 of 108
 * recorded bodies): only another rate or a negative quantity is a part-period.
 */
function prorationOf({ proration, quantity }: LineItem): LineFact["proration"] {
  const rate = proration?.rate ?? null;
  const isPart = rate !== null && !/^[01](?:\.0+)?$/.test(rate);
  if (!isPart && (quantity ?? 0) >= 0) return null;
  const { starts_at: startsAt = null, ends_at: endsAt = null } = proration?.billing_period ?? {};
  return { rate, startsAt, endsAt };
}

/** A key of the price wins over the same key of its product. */
function metadataOf(line: LineItem, price: PricedItem["price"]): Metadata {
  return readMetadataOf([price?.custom_data, line.product?.custom_data]) ?? {};
}

const lineColumns = ["subtotal", "discount", "tax", "total"] as const;

/**
 * What every transaction must agree with itself about, or its amounts are not to be trusted. Measured on 108 recorded or
 * official bodies: I1 and I2 held on all, I5 on all but previews. What legitimate documents can miss (captured sums,
 * earnings) is looked at on the folded charge instead.
 */
function brokenIdentity(sent: Transaction): Parked | null {
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

type Transaction = z.output<typeof transaction>;

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
