import { documentKinds, type LineFact, type PaymentMethod, type Period, type Stage } from "../facts/facts.ts";
import type { BalanceRow } from "../facts/linked-facts.ts";
import type { Metadata } from "../facts/metadata.ts";
import type { ChargeId, ObjectKey } from "../ids.ts";
import type { Amount } from "../money.ts";
import type { Dispute, Payment } from "../place/placement.ts";
import type { Instant } from "../time.ts";
import type { Movement } from "./movement.ts";

/** `unseen`: only movements are known yet, their document is not. It becomes the real one when it is seen. */
export const chargeKinds = [...documentKinds, "unseen"] as const;
export type ChargeKind = (typeof chargeKinds)[number];
export const chargeStatuses = [
  "draft",
  "open",
  "past_due",
  "paid",
  "uncollectible",
  "void",
  "unseen",
] as const;
export type ChargeStatus = (typeof chargeStatuses)[number];

/** The first that holds, in this order. */
export const reversals = ["charged_back", "disputed", "refunded", "partially_refunded", "none"] as const;
export type Reversal = (typeof reversals)[number];

/**
 * The canonical record of one provider document that asks a customer for money: `fold` of its facts. Amounts are minor
 * units of `currency`; unknown is `null`, never 0.
 */
export interface Charge {
  readonly id: ChargeId;
  readonly key: ObjectKey;
  readonly kind: ChargeKind;
  readonly stage: Stage | null;
  readonly status: ChargeStatus;
  readonly reversal: Reversal;
  readonly currency: string;
  readonly subtotal: Amount | null;
  readonly discount: Amount | null;
  readonly tax: Amount | null;
  readonly total: Amount | null;
  readonly creditApplied: Amount | null;
  readonly creditNotesApplied: Amount | null;
  readonly creditIssued: Amount | null;
  readonly debtBroughtForward: Amount | null;
  readonly grandTotal: Amount | null;
  /** Cash captured to date; `collectedEvidence` says how we know. */
  readonly collected: Amount | null;
  readonly collectedEvidence: CollectedEvidence;
  /** Still to be paid, and paid beyond what was asked. */
  readonly outstanding: Amount | null;
  readonly overpaid: Amount | null;
  /** The provider's own figure for what is still to be paid: a check, never a source. */
  readonly statedBalance: Amount | null;
  /** Effective refunds in cash, tax included. */
  readonly refunded: Amount;
  /** Withdrawn by disputes less reinstated, now. */
  readonly disputed: Amount;
  readonly fee: Amount | null;
  readonly feeState: FeeState;
  readonly earnings: Amount | null;
  readonly settlement: Settlement | null;
  readonly customerRef: string | null;
  readonly subscriptionRef: string | null;
  readonly invoiceNumber: string | null;
  readonly origin: string | null;
  readonly collectionMode: "automatic" | "manual" | null;
  readonly billingPeriod: Period | null;
  readonly livemode: boolean | null;
  readonly createdAt: Instant | null;
  readonly billedAt: Instant | null;
  readonly paidAt: Instant | null;
  /** The provider's clock when it first said `paid` and when it first said `completed`; a policy chooses between them. */
  readonly saidPaidAt: Instant | null;
  readonly saidCompletedAt: Instant | null;
  /** When its status last changed, by the provider's clock; of an unseen charge, its latest fact. */
  readonly statusChangedAt: Instant;
  readonly paymentMethod: PaymentMethod | null;
  readonly metadata: Metadata;
  readonly lines: readonly ChargeLine[];
  /** What was captured of a document that lists its payments itself, in the order of time; `null` of every other. */
  readonly captures: readonly Capture[] | null;
  readonly movements: readonly Movement[];
  /** Of a document whose payments are objects of their own; `null` of every other. */
  readonly linked: LinkedCharge | null;
}

/** Money captured by one payment attempt. */
export interface Capture {
  readonly amount: Amount;
  readonly capturedAt: Instant;
}

/** What a document's payments, disputes and notes add to it, as far as booking and checking it need them. */
export interface LinkedCharge {
  readonly payments: readonly Payment[];
  /** What was taken for it; sums to `collected`. */
  readonly receipts: readonly Receipt[];
  readonly disputes: readonly Dispute[];
  /** Paid, but not through the provider. */
  readonly paidOutside: Amount;
  /** Paid beyond what was asked, and put on the customer's balance by the provider. */
  readonly overpaidToBalance: Amount;
  readonly startingBalance: Amount | null;
  readonly endingBalance: Amount | null;
  /** Part of `creditApplied` that follows from what was asked alone. */
  readonly unstatedCredit: Amount;
  /** The tax in the notes that lowered the document before it was paid. */
  readonly notesTax: Amount;
  readonly linesComplete: boolean;
  /** The provider is the seller: its tax is none of ours. */
  readonly providerSells?: true;
}

/** Money taken for a document by one payment, or by the document's word alone. */
export interface Receipt {
  /** `null` if it is not known which payment it was. */
  readonly paymentRef: string | null;
  readonly amount: Amount;
  readonly takenAt: Instant | null;
  readonly method: PaymentMethod | null;
  /** What settles it; `null` until that is known. */
  readonly row: BalanceRow | null;
  /** Booked by the charge that the payment is by itself, until this document settles. */
  readonly standsAlone: boolean;
  /** Of what the provider sells itself, once its row is known. */
  readonly withheld?: Withheld;
}

/** The tax in money that a provider took for a sale of its own: it never comes to us. */
export interface Withheld {
  /** Of the money, in its currency. */
  readonly amount: Amount;
  /** Of its row's fee, in the currency of the row: 0 where the row has the money without its tax. */
  readonly fromFee: Amount;
}

/** `payments`: the attempts themselves; `stated`: only the document's word; `none`: nothing is known. */
export const collectedEvidence = ["payments", "stated", "none"] as const;
export type CollectedEvidence = (typeof collectedEvidence)[number];
/** `known` once the provider has stated the fee; `pending` until then; `none` where no fee can come. */
export const feeStates = ["known", "pending", "none"] as const;
export type FeeState = (typeof feeStates)[number];

/** A line is as the greatest fact that lists lines states it: lines are replaced as a whole, never merged. */
export type ChargeLine = LineFact;

/** What the provider settles with us for a charge or a movement, in its currency. */
export interface Settlement {
  readonly currency: string;
  readonly gross: Amount;
  readonly fee: Amount | null;
  /** `null` where the provider settles without telling tax apart. */
  readonly tax: Amount | null;
  readonly net: Amount | null;
  /** What fee and net come out of: without tax where the provider is the seller. */
  readonly beforeFee: Amount;
  readonly exchangeRate: string | null;
  readonly payoutRef: string | null;
}
