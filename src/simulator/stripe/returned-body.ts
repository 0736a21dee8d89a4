import { unixSeconds } from "../calendar.ts";
import type { Json } from "../emission.ts";
import { balanceRowBody } from "./balance.ts";
import type { CreditNote, Dispute, Refund } from "./payment.ts";
import { type ApiVersion, isBasil } from "./versions.ts";

export function refundBody({ id, payment, amount, createdAt, status, row }: Refund): Json {
  return {
    id,
    object: "refund",
    amount: Number(amount),
    balance_transaction: row?.id ?? null,
    charge: payment.terms.chargeRef,
    created: unixSeconds(createdAt),
    currency: payment.terms.currency.toLowerCase(),
    metadata: {},
    payment_intent: payment.terms.intentRef,
    reason: "requested_by_customer",
    receipt_number: null,
    status,
    ...(status === "failed" ? { failure_reason: "expired_or_canceled_card" } : {}),
  };
}

/** A dispute that is closed as won still lists only the withdrawal; what gave it back comes with an event of its own. */
export function disputeBody({ id, payment, amount, createdAt, status, rows }: Dispute): Json {
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

export function creditNoteBody(note: CreditNote, version: ApiVersion): Json {
  const { invoice, amount, tax, goes } = note;
  const before = goes.to === "due";
  const refund = goes.to === "refund" ? goes.refund : null;
  return {
    id: note.id,
    object: "credit_note",
    amount: Number(amount),
    created: unixSeconds(note.createdAt),
    currency: invoice.terms.taxation.currency.toLowerCase(),
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
    out_of_band_amount: null,
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
          total_taxes: taxes(note, "tax_behavior"),
        }
      : { refund: refund?.id ?? null, tax_amounts: taxes(note, "inclusive") }),
  };
}

function taxes({ invoice, tax }: CreditNote, shape: "tax_behavior" | "inclusive"): Json {
  const { inclusive, taxRateRef } = invoice.terms.taxation;
  if (tax === 0n) return [];
  if (shape === "inclusive") return [{ amount: Number(tax), inclusive, tax_rate: taxRateRef }];
  return [
    {
      amount: Number(tax),
      tax_behavior: inclusive ? "inclusive" : "exclusive",
      tax_rate_details: { tax_rate: taxRateRef },
      taxability_reason: "standard_rated",
      type: "tax_rate_details",
    },
  ];
}
