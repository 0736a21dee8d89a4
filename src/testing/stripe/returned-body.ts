import type { Instant } from "../../domain/time.ts";
import { type Json, unixSeconds } from "../written.ts";
import { basilTax, earlierTax, type ShownInvoice } from "./invoice-body.ts";
import { isBasil, type ShownPayment } from "./payment-body.ts";

/** One row of an account's balance with Stripe, in the currency it settles in. */
export interface ShownRow {
  readonly id: string;
  readonly type: string;
  readonly category: string;
  /** What it settles; Stripe's own fees and reserves settle nothing. */
  readonly source: string | null;
  readonly description?: string;
  readonly createdAt: Instant;
  /** Before the fee; negative where money leaves. */
  readonly gross: bigint;
  readonly fee: bigint;
  /** What of the fee is tax that Stripe owes as the seller. */
  readonly withheldTax?: bigint;
  readonly rate: string | null;
  /** USD unless said otherwise. */
  readonly currency?: string;
}

const twoDays = 2n * 86_400_000_000_000n;

export function balanceRowBody(row: ShownRow): Json {
  const currency = (row.currency ?? "USD").toLowerCase();
  return {
    id: row.id,
    object: "balance_transaction",
    amount: Number(row.gross),
    available_on: unixSeconds(row.createdAt + twoDays),
    created: unixSeconds(row.createdAt),
    currency,
    description: row.description ?? null,
    exchange_rate: row.rate === null ? null : Number(row.rate),
    fee: Number(row.fee),
    fee_details: feeBodies(row, currency),
    net: Number(row.gross - row.fee),
    reporting_category: row.category,
    source: row.source,
    status: "pending",
    type: row.type,
  };
}

function feeBodies({ fee, withheldTax = 0n }: ShownRow, currency: string): Json[] {
  const parts = [
    { type: "stripe_fee", description: "Stripe processing fees", amount: fee - withheldTax },
    { type: "withheld_tax", description: "Tax withheld by Stripe", amount: withheldTax },
  ];
  return parts
    .filter(({ amount }) => amount !== 0n)
    .map(({ type, description, amount }) => ({
      amount: Number(amount),
      application: null,
      currency,
      description,
      type,
    }));
}

type Paid = Pick<ShownPayment, "terms">;

interface ShownRefund {
  readonly id: string;
  readonly payment: Paid;
  readonly amount: bigint;
  readonly createdAt: Instant;
  readonly status: string;
  readonly row: { readonly id: string } | null;
  /** What came back of one that failed. */
  readonly failureRow?: { readonly id: string } | null;
}

interface ShownDispute {
  readonly id: string;
  readonly payment: Paid;
  readonly amount: bigint;
  readonly createdAt: Instant;
  readonly status: string;
  /** The withdrawal, then what gave it back. */
  readonly rows: readonly ShownRow[];
}

/** What Stripe writes about an invoice that is corrected. */
export interface ShownCreditNote {
  readonly id: string;
  readonly invoice: Pick<ShownInvoice, "terms" | "number">;
  readonly createdAt: Instant;
  readonly amount: bigint;
  readonly tax: bigint;
  /** One that lowered what is due may be taken back while the invoice is open. */
  readonly voidedAt: Instant | null;
  /** Where it goes: off what is still due, back as a refund, to the customer's balance, or back past Stripe. */
  readonly goes:
    | { readonly to: "due" | "outside" }
    | { readonly to: "refund"; readonly refund: { readonly id: string } }
    | { readonly to: "balance"; readonly row: string };
}

export function refundBody({ id, payment, amount, createdAt, status, row, failureRow }: ShownRefund): Json {
  return {
    id,
    object: "refund",
    amount: Number(amount),
    balance_transaction: row?.id ?? null,
    charge: payment.terms.chargeRef,
    created: unixSeconds(createdAt),
    currency: payment.terms.currency.toLowerCase(),
    ...(failureRow == null ? {} : { failure_balance_transaction: failureRow.id }),
    metadata: {},
    payment_intent: payment.terms.intentRef,
    reason: "requested_by_customer",
    receipt_number: null,
    status,
    ...(status === "failed" ? { failure_reason: "expired_or_canceled_card" } : {}),
  };
}

/** A dispute that is closed as won still lists only the withdrawal; what gave it back comes with an event of its own. */
export function disputeBody({ id, payment, amount, createdAt, status, rows }: ShownDispute): Json {
  return {
    id,
    object: "dispute",
    amount: Number(amount),
    balance_transactions: rows.map(balanceRowBody),
    charge: payment.terms.chargeRef,
    created: unixSeconds(createdAt),
    currency: payment.terms.currency.toLowerCase(),
    is_charge_refundable: status.startsWith("warning"),
    livemode: false,
    metadata: {},
    payment_intent: payment.terms.intentRef,
    reason: "fraudulent",
    status,
  };
}

export function creditNoteBody(note: ShownCreditNote, version: string): Json {
  const { invoice, amount, tax, goes } = note;
  const { taxation } = invoice.terms;
  const before = goes.to === "due";
  const refund = goes.to === "refund" ? goes.refund : null;
  const taxes = tax === 0n ? [] : [{ amount: tax, inclusive: taxation.inclusive }];
  return {
    id: note.id,
    object: "credit_note",
    amount: Number(amount),
    created: unixSeconds(note.createdAt),
    currency: taxation.currency.toLowerCase(),
    customer: invoice.terms.customerRef,
    customer_balance_transaction: goes.to === "balance" ? goes.row : null,
    discount_amount: 0,
    discount_amounts: [],
    invoice: invoice.terms.id,
    lines: { object: "list", data: [], has_more: false, url: `/v1/credit_notes/${note.id}/lines` },
    livemode: false,
    memo: null,
    metadata: {},
    number: `${invoice.number}-CN-01`,
    out_of_band_amount: goes.to === "outside" ? Number(amount) : null,
    reason: null,
    status: note.voidedAt === null ? "issued" : "void",
    subtotal: Number(amount - tax),
    subtotal_excluding_tax: Number(amount - tax),
    total: Number(amount),
    total_excluding_tax: Number(amount - tax),
    type: before ? "pre_payment" : "post_payment",
    voided_at: note.voidedAt === null ? null : unixSeconds(note.voidedAt),
    ...(isBasil(version)
      ? {
          post_payment_amount: before ? 0 : Number(amount),
          pre_payment_amount: before ? Number(amount) : 0,
          refunds:
            refund === null ? [] : [{ amount_refunded: Number(amount), refund: refund.id, type: "refund" }],
          total_taxes: taxes.map((part) => basilTax(part, taxation)),
        }
      : { refund: refund?.id ?? null, tax_amounts: taxes.map((part) => earlierTax(part, taxation)) }),
  };
}
