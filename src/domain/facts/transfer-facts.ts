import type { Amount } from "../money.ts";
import type { Instant } from "../time.ts";
import type { Fact, Stamp } from "./facts.ts";

/** Money that moves without a charge. */
export type TransferFact = PayoutFact | PayoutRowFact | CustomerCashFact | ProviderRowFact | OpeningFact;

export const payoutStatuses = ["pending", "in_transit", "paid", "failed", "canceled"] as const;

/** A statement about money that the provider sends to our bank. */
export interface PayoutFact {
  readonly kind: "payout";
  readonly stamp: Stamp;
  readonly ref: string;
  readonly status: (typeof payoutStatuses)[number];
  readonly amount: Amount;
  readonly currency: string;
  readonly remittanceRef: string | null;
  /** When it left the balance; `null` if the provider does not say. */
  readonly createdAt: Instant | null;
  /** The day on which it is in the bank, by its beginning in UTC: a calendar date of no zone. `null` if it is not said. */
  readonly arrivalOn: Instant | null;
}

/** What one row of the provider's balance moved, in minor units of its currency: net = gross − fee. */
export interface RowAmounts {
  readonly currency: string;
  readonly gross: Amount;
  readonly fee: Amount;
  readonly net: Amount;
}

/** The row by which a payout left the balance, or by which one that failed came back to it. */
export interface PayoutRowFact extends RowAmounts {
  readonly kind: "payout_row";
  readonly stamp: Stamp;
  readonly ref: string;
  readonly payoutRef: string;
}

/**
 * A statement about cash that a customer keeps at the provider before it pays for anything: a bank transfer that came in,
 * what of it paid a document, what went back. Each is said once and never changes.
 */
export interface CustomerCashFact {
  readonly kind: "customer_cash";
  readonly stamp: Stamp;
  readonly ref: string;
  readonly customerRef: string;
  /** Positive where the customer then has more of it. */
  readonly amount: Amount;
  readonly currency: string;
}

/** What a row of the provider's balance is that settles no charge and is no payout. */
export type RowMeaning =
  /** Fees, their tax, and what of them is given back. */
  | "fee"
  /** Held back by the provider, or let go again. */
  | "reserve"
  /** We have no place for it: it is in suspense until a person has. */
  | "unplaced";

/** A row of one of the provider's balances that settles no charge. It is said once and never changes. */
export interface ProviderRowFact extends RowAmounts {
  readonly kind: "provider_row";
  readonly stamp: Stamp;
  readonly ref: string;
  readonly meaning: RowMeaning;
  /** The provider's own word for it. */
  readonly category: string;
  /** Which of the provider's balances it moves: `balance`, from which payouts are made, or another by its name. */
  readonly balanceName: string;
  readonly sourceRef: string | null;
}

/** How we know a balance at an instant: the provider says it, or all its rows before then were listed and summed up. */
export type OpeningEvidence = "rows" | "stated";

/** What the provider owed us in one currency at an instant at which books may begin. */
export interface OpeningFact {
  readonly kind: "opening";
  readonly stamp: Stamp;
  readonly ref: string;
  readonly at: Instant;
  readonly evidence: OpeningEvidence;
  readonly currency: string;
  readonly amount: Amount;
}

const transferKinds: ReadonlySet<Fact["kind"]> = new Set<TransferFact["kind"]>([
  "payout",
  "payout_row",
  "customer_cash",
  "provider_row",
  "opening",
]);

export function isTransfer(fact: Fact): fact is TransferFact {
  return transferKinds.has(fact.kind);
}

/** What a fact is filed under: a payout's row with its payout, every other by its own ref. */
export function transferRef(fact: TransferFact): string {
  return fact.kind === "payout_row" ? fact.payoutRef : fact.ref;
}
