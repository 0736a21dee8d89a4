import type { Instant } from "../../domain/time.ts";
import { divideRounded, portion } from "../../testing/written.ts";
import { type Article, type CurrencyCode, toStep } from "../catalogue.ts";
import type { Payment } from "./payment.ts";

export interface StripePrice {
  readonly id: string;
  readonly productId: string;
  readonly article: Article;
}

export interface InvoiceLine {
  readonly id: string;
  readonly price: StripePrice;
  readonly description: string;
  readonly quantity: number;
  /** Before discount; with tax where prices include it. Negative for time that was paid for and is not used. */
  readonly amount: bigint;
  readonly discount: bigint;
  readonly tax: bigint;
  readonly period: { readonly startsAt: Instant; readonly endsAt: Instant };
  readonly proration: boolean;
  /** The invoice and the line that a negative one gives back. */
  readonly credited: { readonly invoice: string; readonly line: string } | null;
}

export interface Taxation {
  readonly currency: CurrencyCode;
  /** In 1/10,000. */
  readonly taxRate: bigint;
  readonly taxRateRef: string;
  readonly inclusive: boolean;
}

export type InvoiceStatus = "draft" | "open" | "paid" | "uncollectible" | "void";

export interface InvoiceTerms {
  readonly id: string;
  readonly createdAt: Instant;
  readonly customerRef: string;
  readonly subscriptionRef: string | null;
  readonly billingReason: "subscription_create" | "subscription_cycle" | "subscription_update" | "manual";
  readonly collectionMethod: "charge_automatically" | "send_invoice";
  readonly taxation: Taxation;
  readonly lines: readonly InvoiceLine[];
  /** The customer's balance before: negative is credit, positive is debt. */
  readonly startingBalance: bigint;
  readonly soldByStripe: boolean;
}

/** What Stripe does not charge for: it moves to the customer's balance as debt. */
const leastCharge: Readonly<Record<CurrencyCode, bigint>> = {
  USD: 50n,
  EUR: 50n,
  GBP: 30n,
  JPY: 50n,
  KWD: 150n,
};

/** A document of Stripe's, as Stripe has it. */
export class Invoice {
  readonly terms: InvoiceTerms;
  status: InvoiceStatus = "draft";
  number: string | null = null;
  attempts = 0;
  finalizedAt: Instant | null = null;
  paidAt: Instant | null = null;
  voidedAt: Instant | null = null;
  writtenOffAt: Instant | null = null;
  outOfBand = false;
  /** What came on top of all that was due; the customer's balance gets it. */
  overpaid = 0n;
  /** Lowered by credit notes before and after it was paid. */
  creditedBefore = 0n;
  creditedAfter = 0n;
  payments: readonly Payment[] = [];
  /** Made when the invoice is finalized, long before anything is paid. */
  intentRef: string | null = null;

  constructor(terms: InvoiceTerms) {
    this.terms = terms;
  }

  get subtotal(): bigint {
    return sum(this.terms.lines.map((line) => line.amount));
  }

  get discount(): bigint {
    return sum(this.terms.lines.map((line) => line.discount));
  }

  get tax(): bigint {
    return sum(this.terms.lines.map((line) => line.tax));
  }

  get total(): bigint {
    return this.subtotal - this.discount + (this.terms.taxation.inclusive ? 0n : this.tax);
  }

  /** What the customer's balance will be: too much credit stays, too little a sum becomes debt. */
  get endingBalance(): bigint {
    const asked = this.total + this.terms.startingBalance;
    return asked < leastCharge[this.terms.taxation.currency] ? asked : 0n;
  }

  get amountDue(): bigint {
    const asked = this.total + this.terms.startingBalance;
    if (this.status === "draft") return asked > 0n ? asked : 0n;
    return asked - this.endingBalance - this.creditedBefore;
  }

  /** What is taken off by item: the subtotal that Stripe states is already without it. */
  get itemDiscount(): bigint {
    return this.terms.billingReason === "manual" ? this.discount : 0n;
  }

  /** Cash. */
  get collected(): bigint {
    return sum(this.payments.map((payment) => payment.partOf(this)));
  }

  /** What Stripe calls paid: also what it was told was paid elsewhere. */
  get amountPaid(): bigint {
    return this.outOfBand ? this.amountDue : this.collected;
  }
}

/** Prices a line: its tax is rounded by line, and every amount can be charged in the currency. */
export function taxedLine(
  line: Omit<InvoiceLine, "discount" | "tax">,
  { currency, taxRate, inclusive }: Taxation,
  percentOff: bigint,
): InvoiceLine {
  const discount = toStep(portion(line.amount, percentOff, 100n), currency);
  const taxable = line.amount - discount;
  const tax = toStep(divideRounded(taxable * taxRate, inclusive ? 10_000n + taxRate : 10_000n), currency);
  return { ...line, discount, tax };
}

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);
