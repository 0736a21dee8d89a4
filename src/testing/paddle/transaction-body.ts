import type { Instant } from "../../domain/time.ts";
import { type Json, rfc3339 } from "../written.ts";

/** Subtotal − discount + tax = total, on every line and so on every document. */
export interface Totals {
  readonly subtotal: bigint;
  readonly discount: bigint;
  readonly tax: bigint;
  readonly total: bigint;
}

/** Of a part-period line: the part in 1/100,000. */
export interface Proration {
  readonly rate: bigint;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
}

/** A price: what an article costs, by itself. */
export interface ShownPrice {
  readonly id: string;
  readonly productId: string;
  readonly name: string;
  readonly interval: string;
  readonly amount: bigint;
}

export interface ShownLine {
  readonly id: string;
  readonly price: ShownPrice;
  readonly quantity: number;
  readonly proration: Proration | null;
  /** The line on an earlier document that a negative one gives back. */
  readonly givesBack: string | null;
  /** In 1/10,000. */
  readonly taxRate: bigint;
  readonly unitTotals: Totals;
  readonly totals: Totals;
}

export interface ShownAttempt {
  readonly id: string;
  readonly at: Instant;
  readonly amount: bigint;
  readonly status: string;
}

/** What is shown of a transaction: its figures agree. */
export interface ShownTransaction {
  readonly terms: {
    readonly id: string;
    /** How a plan change gives back what was paid: as a credit adjustment (before March 2024) or as negative lines (since). */
    readonly era: "credits" | "lines";
    readonly createdAt: Instant;
    readonly customerRef: string | null;
    readonly currency: string;
    readonly origin: string;
    readonly collectionMode: string;
    readonly lines: readonly ShownLine[];
    readonly billingPeriod: { readonly startsAt: Instant; readonly endsAt: Instant } | null;
    readonly customData?: Readonly<Record<string, Json>> | null;
  };
  readonly status: string;
  readonly updatedAt: Instant;
  readonly billedAt: Instant | null;
  /** A draft of the checkout has no customer yet. */
  readonly customerRef: string | null;
  readonly subscriptionRef: string | null;
  readonly invoiceNumber: string | null;
  readonly creditApplied: bigint;
  readonly creditIssued: bigint;
  /** The newest first. */
  readonly attempts: readonly ShownAttempt[];
  readonly totals: Totals;
  readonly grandTotal: bigint;
  readonly balance: bigint;
  readonly fee: bigint | null;
  readonly earnings: bigint | null;
  /** What Paddle settles, in the currency it pays out in. */
  readonly settled:
    | (Totals & {
        readonly fee: bigint;
        readonly earnings: bigint;
        readonly currency: string;
        readonly exchangeRate: string;
      })
    | null;
}

/** What one event leaves out: late words of Paddle's are sometimes poorer than earlier ones. */
export interface Omissions {
  readonly fee: boolean;
  readonly references: boolean;
}

export const nothingOmitted: Omissions = { fee: false, references: false };

/** Go's zero time, which Paddle sends where a line is not prorated. */
const zeroTime = "0001-01-01T00:00:00Z";

/** The transaction as Paddle's API and webhooks show it at this moment. */
export function transactionBody(transaction: ShownTransaction, omitted: Omissions = nothingOmitted): Json {
  const { terms, status, attempts } = transaction;
  const known = (reference: string | null) => (omitted.references ? null : reference);
  return {
    id: terms.id,
    items: terms.lines.map((line) => itemBody(line, terms.currency)),
    origin: terms.origin,
    status,
    details: detailsBody(transaction, omitted),
    checkout: { url: `https://pay.inkwell.example?_ptxn=${terms.id}` },
    payments: attempts.map(attemptBody),
    billed_at: time(transaction.billedAt),
    address_id: transaction.customerRef === null ? null : `add_${transaction.customerRef.slice(4)}`,
    created_at: rfc3339(terms.createdAt),
    invoice_id: null,
    updated_at: rfc3339(transaction.updatedAt),
    revised_at: null,
    business_id: null,
    custom_data: terms.customData ?? null,
    customer_id: transaction.customerRef,
    discount_id: null,
    receipt_data: null,
    currency_code: terms.currency,
    billing_period: omitted.references ? null : periodBody(terms.billingPeriod),
    invoice_number: known(transaction.invoiceNumber),
    billing_details: null,
    collection_mode: terms.collectionMode,
    subscription_id: known(transaction.subscriptionRef),
  };
}

function itemBody(line: ShownLine, currency: string): Json {
  const { price, quantity, proration } = line;
  return {
    price: priceBody(price, currency),
    price_id: price.id,
    quantity,
    proration: prorationBody(proration),
  };
}

function priceBody({ id, productId, name, interval, amount }: ShownPrice, currency: string): Json {
  return {
    id,
    name,
    type: "standard",
    status: "active",
    quantity: { minimum: 1, maximum: 999 },
    tax_mode: "account_setting",
    product_id: productId,
    unit_price: { amount: amount.toString(), currency_code: currency },
    custom_data: null,
    description: name,
    import_meta: null,
    trial_period: null,
    billing_cycle: interval === "once" ? null : { interval, frequency: 1 },
    unit_price_overrides: [],
  };
}

function detailsBody(transaction: ShownTransaction, omitted: Omissions): Json {
  const { terms, totals } = transaction;
  return {
    totals: totalsBody(transaction, omitted),
    line_items: terms.lines.map((line) => lineBody(line, transaction)),
    payout_totals: omitted.fee ? null : payoutTotalsBody(transaction),
    tax_rates_used: [{ totals: amounts(totals), tax_rate: rate(terms.lines[0]?.taxRate ?? 0n, 4) }],
    adjusted_totals: {
      ...amounts({ ...totals }),
      fee: (transaction.fee ?? 0n).toString(),
      earnings: (transaction.earnings ?? 0n).toString(),
      grand_total: transaction.grandTotal.toString(),
      currency_code: terms.currency,
    },
    adjusted_payout_totals: null,
  };
}

function totalsBody(transaction: ShownTransaction, omitted: Omissions): Json {
  const { totals, terms } = transaction;
  const { fee, earnings } = omitted.fee ? { fee: null, earnings: null } : transaction;
  return {
    ...amounts(totals),
    fee: fee?.toString() ?? null,
    earnings: earnings?.toString() ?? null,
    credit: transaction.creditApplied.toString(),
    balance: transaction.balance.toString(),
    grand_total: transaction.grandTotal.toString(),
    currency_code: terms.currency,
    ...(terms.era === "lines" ? { credit_to_balance: transaction.creditIssued.toString() } : {}),
  };
}

function payoutTotalsBody(transaction: ShownTransaction): Json {
  const { settled } = transaction;
  if (settled === null) return null;
  return {
    ...amounts(settled),
    fee: settled.fee.toString(),
    earnings: settled.earnings.toString(),
    credit: "0",
    balance: "0",
    grand_total: settled.total.toString(),
    currency_code: settled.currency,
    fee_rate: "0.05",
    exchange_rate: settled.exchangeRate,
  };
}

function lineBody(line: ShownLine, { terms }: ShownTransaction): Json {
  return {
    id: line.id,
    totals: amounts(line.totals),
    product: { id: line.price.productId, name: line.price.name, status: "active", custom_data: null },
    price_id: line.price.id,
    quantity: line.quantity,
    tax_rate: rate(line.taxRate, 4),
    proration: prorationBody(line.proration),
    unit_totals: amounts(line.unitTotals),
    ...(terms.era === "lines" ? { item_id: line.givesBack } : {}),
  };
}

function attemptBody(attempt: ShownAttempt): Json {
  const captured = attempt.status === "captured";
  return {
    amount: attempt.amount.toString(),
    status: attempt.status,
    created_at: rfc3339(attempt.at),
    error_code: captured ? null : "declined",
    captured_at: captured ? rfc3339(attempt.at) : null,
    method_details: {
      card: { type: "visa", last4: "4242", expiry_year: 2030, expiry_month: 12 },
      type: "card",
    },
    payment_attempt_id: attempt.id,
    stored_payment_method_id: null,
  };
}

/** Lines that are not part of a period have a proration of zeros. */
function prorationBody(proration: Proration | null): Json {
  if (proration === null) return { rate: "0", billing_period: { starts_at: zeroTime, ends_at: zeroTime } };
  return { rate: rate(proration.rate, 5), billing_period: periodBody(proration) };
}

function periodBody(period: { readonly startsAt: Instant; readonly endsAt: Instant } | null): Json {
  return period === null ? null : { starts_at: rfc3339(period.startsAt), ends_at: rfc3339(period.endsAt) };
}

function amounts({ subtotal, discount, tax, total }: Totals): Record<string, string> {
  return {
    subtotal: subtotal.toString(),
    discount: discount.toString(),
    tax: tax.toString(),
    total: total.toString(),
  };
}

/** A fraction with so many decimals, without zeros at its end. */
function rate(value: bigint, decimals: number): string {
  const digits = value.toString().padStart(decimals + 1, "0");
  const text = `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
  return text.replace(/\.?0+$/, "");
}

const time = (instant: Instant | null): string | null => (instant === null ? null : rfc3339(instant));
