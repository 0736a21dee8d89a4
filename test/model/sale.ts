/**
 * What really happened with one thing that a customer was asked to pay, said once and in full: no event, no order, no
 * provider's payload. Amounts in minor units of one currency.
 */
export interface Sale {
  readonly provider: "paddle" | "stripe";
  /** Its charges: two invoices that one payment paid are one sale. */
  readonly refs: readonly string[];
  readonly customerRef: string;
  readonly stage: "draft" | "open" | "paid" | "uncollectible" | "void";
  readonly tax: bigint;
  readonly total: bigint;
  /** By how much the credit that the provider holds for the customer fell; negative if it rose. Debt is credit below zero. */
  readonly creditUsed: bigint;
  /** Taken off what is asked before anything was paid. */
  readonly lowered: Part;
  readonly payments: readonly Payment[];
  /** Money of which the provider never saw anything. */
  readonly outside: bigint;
  /** What of the payments was too much, and is held as the customer's credit. */
  readonly overpaid: bigint;
  readonly returns: readonly Return[];
}

export interface Payment {
  readonly amount: bigint;
  /** In the currency it is settled in; `null` until the provider stated that. */
  readonly fee: bigint | null;
}

export interface Part {
  readonly amount: bigint;
  /** `null` where nobody states it. */
  readonly tax: bigint | null;
}

/** `credit` goes to the customer's credit at the provider, `outside` to the customer without the provider. */
export interface Return extends Part {
  readonly kind: "refund" | "dispute" | "credit" | "outside";
  /** Whether it stands: it was not pending, failed, rejected or given back in the end. */
  readonly stands: boolean;
  /** As of a payment. What a dispute cost is known with it. */
  readonly fee: bigint | null;
}
