import type { Instant } from "../../domain/time.ts";
import { divideRounded } from "../../testing/written.ts";
import { type CurrencyCode, toPayoutCurrency, toStep } from "../catalogue.ts";
import type { Adjustment } from "./adjustment.ts";
import { type Line, sumOf, type Totals } from "./line.ts";

/** How a plan change gives back what was paid: as a credit adjustment (before March 2024) or as negative lines (since). */
export type Era = "credits" | "lines";

export type TransactionStatus = "draft" | "ready" | "billed" | "past_due" | "paid" | "completed" | "canceled";

export interface Attempt {
  readonly id: string;
  readonly at: Instant;
  readonly amount: bigint;
  readonly status: "captured" | "error";
}

export interface TransactionTerms {
  readonly id: string;
  readonly era: Era;
  readonly createdAt: Instant;
  readonly customerRef: string;
  readonly currency: CurrencyCode;
  readonly origin: string;
  readonly collectionMode: "automatic" | "manual";
  readonly lines: readonly Line[];
  readonly billingPeriod: { readonly startsAt: Instant; readonly endsAt: Instant } | null;
}

/** A document of Paddle's, as Paddle has it: all its life in one object. */
export class Transaction {
  readonly terms: TransactionTerms;
  readonly totals: Totals;
  status: TransactionStatus = "draft";
  updatedAt: Instant;
  billedAt: Instant | null = null;
  /** A draft of the checkout has no customer yet. */
  customerRef: string | null = null;
  subscriptionRef: string | null = null;
  invoiceNumber: string | null = null;
  creditApplied = 0n;
  /** The newest first. */
  attempts: readonly Attempt[] = [];
  adjustments: readonly Adjustment[] = [];

  constructor(terms: TransactionTerms) {
    this.terms = terms;
    this.totals = sumOf(terms.lines);
    this.updatedAt = terms.createdAt;
  }

  /** A negative total becomes credit of the customer. */
  get creditIssued(): bigint {
    return this.totals.total < 0n ? -this.totals.total : 0n;
  }

  get grandTotal(): bigint {
    return this.totals.total - this.creditApplied + this.creditIssued;
  }

  get captured(): bigint {
    return sum(this.attempts.filter(({ status }) => status === "captured").map(({ amount }) => amount));
  }

  /** Credit that a credited invoice is lower by. */
  get lowered(): bigint {
    return sum(this.adjustments.filter((made) => made.toBalance === false).map((made) => made.totals.total));
  }

  get balance(): bigint {
    return this.grandTotal - this.lowered - this.captured;
  }

  /** Whether it was paid, and nothing happened to it since. */
  get isUntouched(): boolean {
    return this.status === "completed" && this.captured > 0n && this.adjustments.length === 0;
  }

  /** Cash that has gone back, or that somebody has asked for. */
  get returned(): bigint {
    return sum(
      this.adjustments.filter((made) => made.holdsCash).map((made) => made.direction * made.totals.total),
    );
  }

  /** 5 % and half a dollar of the total, whatever credit paid; `null` until Paddle has worked it out. */
  get fee(): bigint | null {
    if (this.status !== "completed") return null;
    const { total } = this.totals;
    return total === 0n
      ? 0n
      : divideRounded(total * 5n, 100n) + toStep(fixedFee(this.terms.currency), this.terms.currency);
  }

  get earnings(): bigint | null {
    return this.fee === null ? null : this.totals.subtotal - this.totals.discount - this.fee;
  }

  /** What Paddle settles, in the currency it pays out in. */
  get settled(): (Totals & { readonly fee: bigint; readonly earnings: bigint }) | null {
    if (this.fee === null) return null;
    const converted = (amount: bigint) => toPayoutCurrency(amount, this.terms.currency);
    const [total, tax, discount] = [this.totals.total, this.totals.tax, this.totals.discount].map(
      converted,
    ) as [bigint, bigint, bigint];
    const subtotal = total - tax + discount;
    const fee = converted(this.fee);
    return { subtotal, discount, tax, total, fee, earnings: subtotal - discount - fee };
  }
}

const fixedFees: Readonly<Record<CurrencyCode, bigint>> = {
  USD: 50n,
  EUR: 45n,
  GBP: 40n,
  JPY: 75n,
  KWD: 150n,
};
const fixedFee = (currency: CurrencyCode): bigint => fixedFees[currency];

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);
