import type { EventId } from "../ids.ts";
import type { Amount } from "../money.ts";
import type { Instant } from "../time.ts";
import type { BalanceRow, LinkedFact, PaymentRefs } from "./linked-facts.ts";
import type { Metadata } from "./metadata.ts";
import type { TransferFact } from "./transfer-facts.ts";

/**
 * A fact is what one event says about one provider object, in canonical words. A charge is a fold over its facts, so
 * facts are kept for ever and never changed. `null` means: this event does not say.
 */
export type Fact = ChargeFact | TransferFact;
/** The facts that charges are folded from. */
export type ChargeFact = DocumentFact | MovementFact | WarningRowFact | LinkedFact;

/** Which event said it, and when the provider says that happened. Facts are ordered by this, after their rank. */
export interface Stamp {
  readonly eventId: EventId;
  readonly occurredAt: Instant;
  /** Of an object that a list told, which is told as of when it became so: when we asked. */
  readonly askedAt?: Instant;
}

/** When the provider said it: what it says of a count is true of that moment. */
export function saidAt({ occurredAt, askedAt }: Stamp): Instant {
  return askedAt ?? occurredAt;
}

/** Orders what is of equal rank: by the provider's clock, then by event id, so that two facts are never equal. */
export function compareStamps(a: Stamp, b: Stamp): number {
  if (a.occurredAt !== b.occurredAt) return a.occurredAt < b.occurredAt ? -1 : 1;
  return a.eventId < b.eventId ? -1 : Number(a.eventId > b.eventId);
}

export const stages = [
  "draft",
  "ready",
  "open",
  "past_due",
  "uncollectible",
  "void",
  "paid",
  "completed",
] as const;
/** How far a document has come. Paddle's `billed` is `open`, its `canceled` is `void`. */
export type Stage = (typeof stages)[number];

export const documentKinds = ["transaction", "invoice", "charge"] as const;
export type DocumentKind = (typeof documentKinds)[number];

/** A statement about a document that asks a customer for money. Amounts in minor units of `currency`. */
export interface DocumentFact {
  readonly kind: "document";
  readonly stamp: Stamp;
  readonly ref: string;
  readonly document: DocumentKind;
  readonly stage: Stage;
  readonly currency: string;
  readonly subtotal: Amount | null;
  readonly discount: Amount | null;
  readonly tax: Amount | null;
  readonly total: Amount | null;
  /** Provider-held credit that paid part of `total`. */
  readonly creditApplied: Amount | null;
  readonly creditNotesApplied: Amount | null;
  /** Provider-held credit this document created because its total is negative. */
  readonly creditIssued: Amount | null;
  readonly debtBroughtForward: Amount | null;
  /** What the customer is asked to pay: total − credit applied + credit issued. */
  readonly grandTotal: Amount | null;
  /** What the provider says is still to be paid. */
  readonly balance: Amount | null;
  readonly fee: Amount | null;
  /** What the provider owes us for it, in `currency`: subtotal − discount − fee at Paddle, whatever credit paid. */
  readonly earnings: Amount | null;
  readonly payout: PayoutTotals | null;
  readonly lines: readonly LineFact[] | null;
  readonly payments: readonly PaymentAttempt[] | null;
  /** What only an invoice states whose payments are objects of their own; `null` of every other document. */
  readonly invoice: InvoiceTerms | null;
  readonly customerRef: string | null;
  readonly subscriptionRef: string | null;
  readonly invoiceNumber: string | null;
  readonly origin: string | null;
  readonly collectionMode: "automatic" | "manual" | null;
  readonly billingPeriod: Period | null;
  readonly livemode: boolean | null;
  readonly createdAt: Instant | null;
  readonly billedAt: Instant | null;
  /**
   * When it reached its stage, told by what is not of that moment: a list, an update, a late event. `null` where the event
   * is that moment itself, or nothing says when it was.
   */
  readonly reachedAt: Instant | null;
  readonly metadata: Metadata | null;
  /** The provider sells it itself, and tells it as if we did. */
  readonly providerSells?: true;
}

/** What an invoice says of its payment and of its customer's balance, in minor units of its currency. */
export interface InvoiceTerms {
  /** What the provider counts as paid, cash or not. */
  readonly amountPaid: Amount | null;
  /** Paid beyond what was asked; it goes to the customer's balance. */
  readonly overpaid: Amount | null;
  /** Whether it says that it was paid outside the provider; `null` if this shape does not say. */
  readonly saysOutside: boolean | null;
  /** The payment it names; `none` if it says that there is none, `null` if this shape does not say. */
  readonly payment: PaymentRefs | "none" | null;
  /** The customer's balance before and after: negative is credit that the customer owns, positive is debt. */
  readonly startingBalance: Amount | null;
  readonly endingBalance: Amount | null;
  /** What is asked for less than its own figures come to: credit that paid, and that its balances do not tell. */
  readonly unstatedCredit: Amount | null;
  /** Whether all lines are listed; a long list is cut off, and the totals stay right. */
  readonly linesComplete: boolean;
}

/** The document's value in the currency the provider pays out, as the provider converted it. */
export interface PayoutTotals {
  readonly currency: string;
  readonly subtotal: Amount;
  readonly discount: Amount;
  readonly tax: Amount;
  readonly total: Amount;
  readonly fee: Amount | null;
  readonly earnings: Amount | null;
  readonly exchangeRate: string | null;
}

export interface LineFact {
  /** What tells it apart from all other lines of its document. */
  readonly ref: string;
  /** The provider's id of it, where several lines share one: movements may name it. */
  readonly sharedId?: string;
  readonly priceRef: string | null;
  readonly productRef: string | null;
  readonly description: string | null;
  /** Negative for the credit of a part-period that was not used. A decimal string; no amount is computed with it. */
  readonly quantity: string | null;
  readonly subtotal: Amount;
  readonly discount: Amount;
  readonly tax: Amount;
  readonly total: Amount;
  /** Set only for a part-period: a rate other than 0 or 1, or a negative quantity. */
  readonly proration: {
    readonly rate: string | null;
    readonly startsAt: Instant | null;
    readonly endsAt: Instant | null;
  } | null;
  /** Of the line, its price and its product, as far as the provider sends them; the first that has a key wins. */
  readonly metadata: Metadata;
}

/** One attempt to collect money. Paddle may list the same attempt twice: its `ref` is what counts it once. */
export interface PaymentAttempt {
  readonly ref: string;
  readonly amount: Amount;
  readonly captured: boolean;
  readonly capturedAt: Instant | null;
  readonly method: PaymentMethod | null;
}

export interface PaymentMethod {
  readonly type: string;
  readonly brand: string | null;
  readonly last4: string | null;
}

export interface Period {
  readonly startsAt: Instant;
  readonly endsAt: Instant;
}

export const movementKinds = [
  "refund",
  "dispute",
  "credit",
  "refund_reversal",
  "dispute_reversal",
  "credit_reversal",
] as const;
export type MovementKind = (typeof movementKinds)[number];

/** The provider's own word for how far it got; whether money moved is `effective` of the folded movement. */
export type MovementStatus =
  | "pending"
  | "approved"
  | "rejected"
  | "reversed"
  | "succeeded"
  | "failed"
  | "canceled";

/** A statement about money or credit going the other way on a charge. Amounts are positive in the movement's direction. */
export interface MovementFact {
  readonly kind: "movement";
  readonly stamp: Stamp;
  readonly ref: string;
  readonly chargeRef: string;
  readonly movement: MovementKind;
  readonly status: MovementStatus;
  /** An early alert by a card scheme: it may cost a fee, and moves no other money by itself. */
  readonly warning: boolean;
  /** Of a credit: true if the customer can spend it elsewhere, false if it lowers an unpaid document. */
  readonly toCustomerBalance: boolean | null;
  readonly currency: string;
  /** Tax included. */
  readonly amount: Amount;
  /** `amount` without and the tax in it; `null` where the provider does not say: then they follow from the document. */
  readonly subtotal: Amount | null;
  readonly tax: Amount | null;
  /** The part of the provider's fee that belongs to `amount`. */
  readonly fee: Amount | null;
  /** What leaves our balance at the provider: `subtotal` less the fee given back. */
  readonly earnings: Amount | null;
  readonly payout: MovementPayoutTotals | null;
  readonly lines: readonly MovementLine[];
  readonly customerRef: string | null;
  readonly reason: string | null;
  readonly createdAt: Instant | null;
  /** What only a provider states whose movements are objects of their own. */
  readonly linked: LinkedMovement | null;
}

/** What a report says that a card scheme's alert moved: only that tells whether it cost more than its fee. */
export interface WarningRowFact {
  readonly kind: "warning_row";
  readonly stamp: Stamp;
  /** Of the alert, which is a movement. */
  readonly ref: string;
  readonly chargeRef: string;
  readonly currency: string;
  /** What left our balance beside the fee; 0 where nothing did. */
  readonly cash: Amount;
}

export interface LinkedMovement {
  /** The dispute that moved this money. */
  readonly disputeRef: string | null;
  /** Given back outside the provider: no balance there changes. */
  readonly outside: boolean;
  /** What the provider settled for it, in its settlement currency. */
  readonly row: BalanceRow | null;
  /** Names this part where one object is shared by several documents; `null` where it belongs to one. */
  readonly part: string | null;
  /** Shared by what each document was paid, since nothing says what of it is whose. */
  readonly estimated: boolean;
  /**
   * Of what a dispute gave back in another currency: whether what it leaves there of what was withdrawn is a matter of the
   * exchange, once the dispute is won.
   */
  readonly endsExchange: boolean;
  /** What came back when it was undone: at another rate, or at a price, it is not all that `row` took. */
  readonly undoneRow: BalanceRow | null;
  /** The provider is the seller: what leaves is without the tax in it. */
  readonly providerSells?: true;
}

export interface MovementPayoutTotals {
  readonly currency: string;
  readonly subtotal: Amount;
  readonly tax: Amount;
  readonly total: Amount;
  readonly fee: Amount | null;
  readonly earnings: Amount | null;
  /** What of `fee` the provider keeps; `null` where it does not say. */
  readonly retainedFee: Amount | null;
  /** What the provider charges for the dispute itself, in the payout currency. */
  readonly disputeFee: Amount | null;
  /** The dispute fee in the currency of the card scheme, where it was converted. */
  readonly disputeFeeOriginal: { readonly amount: Amount; readonly currency: string } | null;
}

/** The part of a movement that names a line of its charge. */
export interface MovementLine {
  readonly lineRef: string;
  /** Tax included. */
  readonly amount: Amount;
  readonly tax: Amount;
}
