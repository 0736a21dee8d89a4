import type { Instant } from "../../domain/time.ts";
import type { CurrencyCode } from "../catalogue.ts";
import type { BalanceRow } from "./balance.ts";
import type { Invoice } from "./invoice.ts";

/** What a customer bought in a checkout of mode `payment`: no invoice is made of it. */
export interface Checkout {
  readonly id: string;
  readonly tax: bigint;
  readonly discount: bigint;
  readonly soldByStripe: boolean;
}

/** How the payment came about, and so what names it. */
export type Purpose =
  | { readonly kind: "invoice"; readonly invoice: Invoice; readonly invoicePaymentRef: string }
  | { readonly kind: "invoices"; readonly parts: readonly { invoice: Invoice; amount: bigint }[] }
  | { readonly kind: "checkout"; readonly checkout: Checkout };

export interface PaymentTerms {
  readonly intentRef: string;
  readonly chargeRef: string;
  readonly purpose: Purpose;
  readonly customerRef: string | null;
  readonly currency: CurrencyCode;
  /** What was asked for; more than what was taken of a payment that was authorised first. */
  readonly amount: bigint;
  readonly at: Instant;
}

/** An intent and the one charge of it that succeeded. */
export class Payment {
  readonly terms: PaymentTerms;
  #returned = 0n;
  #taxBack = 0n;
  /** Told some time after the charge. */
  rowKnown = false;
  row: BalanceRow | null = null;
  refunds: readonly Refund[] = [];
  disputes: readonly Dispute[] = [];
  /** What was taken of a payment that was authorised first: nothing of it before; `null` of all others. */
  captured: bigint | null = null;
  /** By which what was not taken was let go. */
  release: Refund | null = null;

  constructor(terms: PaymentTerms) {
    this.terms = terms;
  }

  get amount(): bigint {
    return this.captured ?? this.terms.amount;
  }

  /** What of it paid an invoice. */
  partOf(invoice: Invoice): bigint {
    const { purpose } = this.terms;
    if (purpose.kind !== "invoices") return this.amount;
    return sum(purpose.parts.filter((part) => part.invoice === invoice).map(({ amount }) => amount));
  }

  get invoice(): Invoice | null {
    return this.terms.purpose.kind === "invoice" ? this.terms.purpose.invoice : null;
  }

  /** Stripe, and not the company, is the seller of what was paid for. */
  get soldByStripe(): boolean {
    const { purpose } = this.terms;
    if (purpose.kind === "checkout") return purpose.checkout.soldByStripe;
    return purpose.kind === "invoice" && purpose.invoice.terms.soldByStripe;
  }

  /** The tax in it, which the seller owes. */
  get tax(): bigint {
    const { purpose } = this.terms;
    if (purpose.kind === "checkout") return purpose.checkout.tax;
    return purpose.kind === "invoice" ? purpose.invoice.tax : 0n;
  }

  /** The tax in what goes back next, or comes again: of all that is back it is the same part as of the whole, rounded down. */
  taxBackWith(amount: bigint): bigint {
    this.#returned += amount;
    const tax = (this.tax * this.#returned) / this.amount - this.#taxBack;
    this.#taxBack += tax;
    return tax;
  }

  get refunded(): bigint {
    return sum(this.refunds.filter(({ status }) => status === "succeeded").map(({ amount }) => amount));
  }

  /** Taken by disputes and not given back. */
  get disputed(): bigint {
    return sum(this.disputes.map((dispute) => dispute.amount * BigInt(dispute.rows.length % 2)));
  }

  /** Whether it was taken, and nothing happened to it since. */
  get isUntouched(): boolean {
    return this.row !== null && this.left === this.amount && this.refunds.length + this.disputes.length === 0;
  }

  /** What can still go back: an open request keeps its part. */
  get left(): bigint {
    const held = this.refunds.filter(({ status }) => status !== "failed" && status !== "canceled");
    return this.amount - sum(held.map(({ amount }) => amount)) - this.disputed;
  }
}

export interface Refund {
  readonly id: string;
  readonly payment: Payment;
  readonly amount: bigint;
  readonly createdAt: Instant;
  status: "pending" | "requires_action" | "succeeded" | "failed" | "canceled";
  row: BalanceRow | null;
  /** What came back. */
  failureRow: BalanceRow | null;
}

export interface Dispute {
  readonly id: string;
  readonly payment: Payment;
  readonly amount: bigint;
  readonly createdAt: Instant;
  status: "warning_needs_response" | "warning_closed" | "needs_response" | "under_review" | "won" | "lost";
  /** The withdrawal, then what gave it back. */
  rows: readonly BalanceRow[];
}

/** What Stripe writes about an invoice that is corrected. */
export interface CreditNote {
  readonly id: string;
  readonly invoice: Invoice;
  readonly createdAt: Instant;
  readonly amount: bigint;
  readonly tax: bigint;
  /** One that lowered what is due may be taken back while the invoice is open. */
  voidedAt: Instant | null;
  /** Where it goes: off what is still due, back as a refund, or to the customer's balance. */
  readonly goes:
    | { readonly to: "due" }
    | { readonly to: "refund"; readonly refund: Refund }
    | { readonly to: "balance"; readonly row: string };
}

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);
