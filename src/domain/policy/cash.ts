import type { Charge } from "../charge/charge.ts";
import type { Amount } from "../money.ts";
import type { Terms } from "./pin.ts";

/** K: the money that counts. */
export interface Cash {
  readonly amount: Amount;
  /** Whether what was paid and given back outside the provider counts. */
  readonly countsOutside: boolean;
}

/** What the provider took, as far as the policy takes its word; and what it did not take, if the policy says so. */
export function cashUnder({ collected, collectedEvidence, linked }: Charge, terms: Terms): Cash {
  const isProven = terms.cashEvidence === "stated" || collectedEvidence === "payments";
  const paidOutside = linked?.paidOutside ?? 0n;
  const countsOutside = terms.outOfBand === "top_up";
  const taken = isProven ? (collected ?? 0n) : 0n;
  // What was given back outside is a return of what was paid outside, if anything was.
  return {
    amount: countsOutside ? taken + paidOutside : taken,
    countsOutside: countsOutside || paidOutside === 0n,
  };
}
