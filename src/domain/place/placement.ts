import { type Contested, type RefusedAssertion, refusedOf } from "../facts/claims.ts";
import type {
  ChargeFact,
  DocumentFact,
  MovementFact,
  PaymentMethod,
  WarningRowFact,
} from "../facts/facts.ts";
import type { BalanceRow, CreditNoteFact, DisputeState } from "../facts/linked-facts.ts";
import type { Amount } from "../money.ts";
import type { Instant } from "../time.ts";

/**
 * What belongs to one charge: the facts of its document and of its movements, and for a provider that tells them apart
 * the payments, disputes and notes that were found to be about it. `fold` makes the charge of it.
 */
export interface Placement {
  /** The charge's ref: its document's, or while no document is known that of what is. */
  readonly ref: string;
  /** Of anything that is about it, and when the provider last said something: for a charge without document. */
  readonly currency: string;
  readonly lastSaidAt: Instant;
  readonly documents: readonly DocumentFact[];
  readonly movements: readonly MovementFact[];
  /** `null` where documents name their payments and movements their document. */
  readonly linked: LinkedParts | null;
}

/** Everything that objects of their own say of one document; each list in the order of refs. */
export interface LinkedParts {
  readonly payments: readonly Payment[];
  /** The payments as the document's own list tells them, canceled ones left out; `null` while none was ever told. */
  readonly invoicePayments: readonly InvoicePayment[] | null;
  readonly disputes: readonly Dispute[];
  /** Notes in force; their parts that move money or credit are movements too. */
  readonly notes: readonly CreditNoteFact[];
  /** The provider is the seller. */
  readonly providerSells?: true;
}

/** A payment, or the part of one, that is this document's: the fold of what its intent and its attempts say. */
export interface Payment {
  /** Of the attempt that was captured, else of the intent. */
  readonly ref: string;
  /** All names it goes by. */
  readonly names: readonly string[];
  readonly status: "pending" | "succeeded" | "failed" | "canceled";
  readonly currency: string;
  /** This document's part of what was captured; 0 unless it succeeded, `null` while no object of the payment was seen. */
  readonly amount: Amount | null;
  /** Paid for before its document is, and counted as a charge of its own until then: its document does not book it yet. */
  readonly standsAlone: boolean;
  readonly capturedAt: Instant | null;
  readonly method: PaymentMethod | null;
  readonly customerRef: string | null;
  readonly livemode: boolean | null;
  /** This document's part of the balance row that settles it; `null` until that is known. */
  readonly row: BalanceRow | null;
}

export interface InvoicePayment {
  readonly ref: string;
  /** Of the payment; `null` if the money came outside the provider. */
  readonly paymentRef: string | null;
  readonly paid: boolean;
  /** What was paid; 0 until it is. */
  readonly amount: Amount;
  readonly paidAt: Instant | null;
}

export interface Dispute {
  readonly ref: string;
  readonly state: DisputeState;
  /** When it was won or lost, by the provider's clock; `null` while it is not. */
  readonly decidedAt: Instant | null;
  /** All rows of it that were ever listed, by their refs. */
  readonly rows: readonly BalanceRow[];
}

/** What is known of objects that may be about one charge or several. */
export interface Known {
  readonly facts: readonly ChargeFact[];
  /** What stands against some of them. */
  readonly contested: Contested;
  /** Whether a payment has no invoice as long as none is known, as shops without invoices may say. */
  readonly unlessInvoiced: boolean;
  /** Whether the provider is known to sell through a subscription or a link of theirs. */
  readonly providerSells: boolean;
}

/** A placement, with the names by which charges were known that turn out to be this one. */
export interface Placed extends Placement {
  readonly names: readonly string[];
  /** What was said of it and does not stand, since something else was heard before. */
  readonly refused: readonly RefusedAssertion[];
}

export type DirectFact = DocumentFact | MovementFact | WarningRowFact;

/** The document that a fact is, or names. */
export function documentRef(fact: DirectFact): string {
  return fact.kind === "document" ? fact.ref : fact.chargeRef;
}

/** Of documents that are named by everything that is about them: by their ref. */
export function placeDirectly(facts: readonly DirectFact[], contested: Contested): Placed[] {
  const refused = new Map(facts.map((fact) => [fact, refusedOf(fact, contested)]));
  const stands = (fact: DirectFact) => refused.get(fact)?.length === 0;
  const byRef = Map.groupBy(facts, documentRef);
  return [...byRef].map(([ref, own]) => ({
    ref,
    currency: (own[0] as DirectFact).currency,
    lastSaidAt: own.reduce((last, { stamp }) => (stamp.occurredAt > last ? stamp.occurredAt : last), 0n),
    documents: own.filter((fact) => fact.kind === "document"),
    movements: own.filter((fact) => fact.kind === "movement" && stands(fact)) as MovementFact[],
    linked: null,
    names: [ref],
    refused: own.flatMap((fact) => refused.get(fact) ?? []),
  }));
}
