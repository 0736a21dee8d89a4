import type { Amount } from "../money.ts";
import type { Instant } from "../time.ts";
import type { PaymentMethod, Stamp } from "./facts.ts";
import type { Metadata } from "./metadata.ts";

/**
 * Facts of a provider that tells a document, its payments and what goes back apart, as objects that name each other in
 * some events and not in others (Stripe). Which document a payment belongs to is known only from all of them together.
 */
export type LinkedFact =
  | PaymentFact
  | InvoicePaymentFact
  | CheckoutFact
  | RefundFact
  | DisputeFact
  | CreditNoteFact
  | BalanceFact;

/** One payment is known by its intent, by the attempt of it that was charged, or by both. */
export interface PaymentRefs {
  readonly intentRef: string | null;
  readonly chargeRef: string | null;
}

/** What a charge or a payment intent says of the payment it is, in minor units of `currency`. */
export interface PaymentFact {
  readonly kind: "payment";
  readonly stamp: Stamp;
  /** Of the object itself, which is also one of `refs`. */
  readonly ref: string;
  readonly refs: PaymentRefs;
  /** The invoice it names; `none` if it says that it has none, `null` if this shape does not say. */
  readonly invoiceRef: { readonly ref: string } | "none" | null;
  readonly status: "pending" | "succeeded" | "failed" | "canceled";
  readonly currency: string;
  /** What was captured, to date. */
  readonly amount: Amount;
  /** What can be captured at most; more than `amount` is let go once all that is wanted is captured. */
  readonly authorised: Amount | null;
  /** What went back so far, as the provider counts it: what was let go may be in it. `null` where nothing was captured. */
  readonly amountRefunded: Amount | null;
  readonly capturedAt: Instant | null;
  /** As of a document: when it was captured, told by what is not of that moment. */
  readonly reachedAt: Instant | null;
  readonly method: PaymentMethod | null;
  readonly customerRef: string | null;
  readonly description: string | null;
  readonly livemode: boolean | null;
  readonly createdAt: Instant | null;
  readonly metadata: Metadata | null;
  /** The balance row that settles it, by its ref alone: what it says comes as a fact of its own. */
  readonly rowRef: string | null;
  /** The provider sells it itself, as merchant of record. */
  readonly providerSells?: true;
}

/** One payment, or a part of it, towards one invoice. */
export interface InvoicePaymentFact {
  readonly kind: "invoice_payment";
  readonly stamp: Stamp;
  readonly ref: string;
  readonly invoiceRef: string;
  /** `outside`: a record of money that the provider never had. */
  readonly payment: PaymentRefs | "outside";
  readonly status: "open" | "paid" | "canceled";
  readonly currency: string;
  /** `null` until it is paid. */
  readonly amount: Amount | null;
  readonly paidAt: Instant | null;
}

/** A checkout, which names the payment or the invoice that came of it. Amounts in minor units of `currency`. */
export interface CheckoutFact {
  readonly kind: "checkout";
  readonly stamp: Stamp;
  readonly ref: string;
  readonly payment: PaymentRefs | null;
  readonly invoiceRef: string | null;
  /** Only a checkout of mode `payment` that has no invoice proves that its payment has none. */
  readonly mode: "payment" | "subscription" | "setup";
  readonly currency: string | null;
  readonly discount: Amount | null;
  readonly tax: Amount | null;
  readonly total: Amount | null;
  readonly customerRef: string | null;
  readonly metadata: Metadata | null;
  /** Whether the provider sells it itself; left out by shapes that do not say. */
  readonly providerSells?: boolean;
  /** The subscription that came of it, and the link that it began with, if any. */
  readonly subscriptionRef?: string;
  readonly linkRef?: string;
}

/** A refund of one payment. */
export interface RefundFact {
  readonly kind: "refund";
  readonly stamp: Stamp;
  readonly ref: string;
  readonly payment: PaymentRefs;
  readonly status: "pending" | "succeeded" | "failed" | "canceled";
  readonly currency: string;
  readonly amount: Amount;
  readonly reason: string | null;
  readonly createdAt: Instant | null;
}

export const disputeStates = ["inquiry", "inquiry_closed", "open", "won", "lost", "prevented"] as const;
export type DisputeState = (typeof disputeStates)[number];

/** A dispute of one payment. Its state moves nothing; its money moves by its balance rows alone. */
export interface DisputeFact {
  readonly kind: "dispute";
  readonly stamp: Stamp;
  readonly ref: string;
  readonly payment: PaymentRefs;
  readonly state: DisputeState;
  readonly currency: string;
  readonly amount: Amount;
  readonly reason: string | null;
  readonly createdAt: Instant | null;
  /** Withdrawals are negative, reinstatements positive. */
  readonly rows: readonly BalanceRow[];
}

/** A credit note to one invoice, in its parts, tax included. Those that are `null` follow from the others. */
export interface CreditNoteFact {
  readonly kind: "credit_note";
  readonly stamp: Stamp;
  readonly ref: string;
  readonly invoiceRef: string;
  readonly status: "issued" | "void";
  readonly currency: string;
  readonly total: Amount;
  readonly tax: Amount | null;
  /** What lowered the invoice before it was paid. */
  readonly beforePayment: Amount | null;
  /** The refunds it consists of, and how much of each; the amount is `null` where only the refund knows it. */
  readonly refunds: readonly { readonly ref: string; readonly amount: Amount | null }[];
  /** What went to the customer's balance: `null` if it did, but this shape does not say how much. */
  readonly credited: Amount | null;
  /** What was given back outside the provider. */
  readonly givenOutside: Amount;
  readonly lines: readonly { readonly lineRef: string; readonly amount: Amount; readonly tax: Amount }[];
  readonly customerRef: string | null;
  readonly reason: string | null;
  readonly createdAt: Instant | null;
}

/** One row of the provider's balance: what it settled with us for one object, in its settlement currency. */
export interface BalanceRow {
  readonly ref: string;
  readonly currency: string;
  /** Negative where money leaves us. */
  readonly gross: Amount;
  /** All of its details together, tax on fees included; negative where a fee comes back. */
  readonly fee: Amount;
  /** gross − fee. */
  readonly net: Amount;
  readonly exchangeRate: string | null;
  readonly createdAt: Instant | null;
  /** `null` where it does not say. */
  readonly category: RowCategory | null;
  /** What of the fee is tax that the provider keeps, where it says that there is any. */
  readonly withheldTax?: Amount;
}

/**
 * What a row says it is. `failure` undoes a payment, or a refund that failed; `release` takes back what of an authorisation
 * was not captured; a `fee` stands beside the money of its object, and is none of it.
 */
export type RowCategory = "payment" | "refund" | "failure" | "release" | "dispute" | "fee";

/** A balance row on its own: from an import, or from an object that was sent with it expanded. */
export interface BalanceFact {
  readonly kind: "balance_row";
  readonly stamp: Stamp;
  readonly ref: string;
  /** The charge, refund or dispute that it is of. */
  readonly sourceRef: string;
  /** The attempt that it is about, as a report says beside its source; `null` where nothing is said. */
  readonly chargeRef: string | null;
  readonly row: BalanceRow;
}

/** The names by which a fact is found, and by which it finds what else is about the same money; none stands alone. */
export function namesOf(fact: LinkedFact): string[] {
  switch (fact.kind) {
    case "payment":
      return [...paymentNames(fact.refs), ...invoiceNames(fact.invoiceRef)];
    case "invoice_payment":
      return [fact.invoiceRef, ...(fact.payment === "outside" ? [] : paymentNames(fact.payment))];
    case "checkout":
      return [
        ...(fact.payment === null ? [] : paymentNames(fact.payment)),
        ...(fact.invoiceRef === null ? [] : [fact.invoiceRef]),
      ];
    case "refund":
    case "dispute":
      return [fact.ref, ...paymentNames(fact.payment)];
    case "credit_note":
      return [fact.invoiceRef, ...fact.refunds.map((refund) => refund.ref)];
    case "balance_row":
      return fact.chargeRef === null ? [fact.sourceRef] : [fact.sourceRef, fact.chargeRef];
    default:
      return fact satisfies never;
  }
}

export function paymentNames({ intentRef, chargeRef }: PaymentRefs): string[] {
  return [intentRef, chargeRef].filter((ref) => ref !== null);
}

/** Whether what a fact names is the payment that goes by these names. */
export function isPaymentOf(refs: PaymentRefs, names: readonly string[]): boolean {
  return paymentNames(refs).some((name) => names.includes(name));
}

function invoiceNames(invoice: PaymentFact["invoiceRef"]): string[] {
  return invoice === null || invoice === "none" ? [] : [invoice.ref];
}
