import type { ChargeFact, MovementFact } from "../facts/facts.ts";
import {
  type CreditNoteFact,
  type DisputeFact,
  isPaymentOf,
  type PaymentRefs,
  type RefundFact,
} from "../facts/linked-facts.ts";
import { disputeMovements, foldDispute } from "./linked-disputes.ts";
import type { Home } from "./linked-homes.ts";
import { noteMovements, notesOf } from "./linked-notes.ts";
import { placeRefunds } from "./linked-refunds.ts";
import type { Part } from "./linked-shares.ts";
import type { Dispute } from "./placement.ts";

/** Notes to an invoice: those in force, and what they moved by themselves (void ones too, as not effective). */
export function placeNotes(
  invoiceRef: string,
  facts: readonly ChargeFact[],
): { readonly facts: MovementFact[]; readonly inForce: CreditNoteFact[] } {
  const notes = notesOf(invoiceRef, facts);
  return {
    facts: notes.flatMap(noteMovements),
    inForce: notes.map(({ note }) => note).filter(({ status }) => status === "issued"),
  };
}

/** What went back on these payments, as movements of one charge: of an invoice its part, of a payment alone all. */
export function placeMovements(
  invoiceRef: string | null,
  homes: readonly Home[],
  facts: readonly ChargeFact[],
): { readonly facts: MovementFact[]; readonly disputes: Dispute[] } {
  const placed = homes.map((home) => {
    const isOwn = (refs: PaymentRefs) => isPaymentOf(refs, home.payment.names);
    const refunds = facts.filter((fact) => fact.kind === "refund" && isOwn(fact.payment)) as RefundFact[];
    const disputes = facts.filter((fact) => fact.kind === "dispute" && isOwn(fact.payment)) as DisputeFact[];
    const part = partOf(invoiceRef, home);
    const { movements, left } = placeRefunds(refunds, home.attempts, part, facts);
    return {
      refunds: movements,
      disputes: [...Map.groupBy(disputes, (fact) => fact.ref).values()].map((own) => foldDispute(own, facts)),
      // What is disputed is most likely what was not refunded yet.
      part: { ...part, weights: left },
    };
  });
  const moved = placed.flatMap(({ refunds, disputes, part }) => [
    ...refunds,
    ...disputes.flatMap((dispute) => disputeMovements(dispute, part)),
  ]);
  return {
    // A movement of several documents is none of those that have no part in it, nor in what it cost.
    facts: moved.filter(({ amount, linked }) => amount !== 0n || linked?.part === null || linked?.row?.fee),
    disputes: placed
      .flatMap(({ disputes }) =>
        disputes.map(({ ref, state, decidedAt, rows }) => ({ ref, state, decidedAt, rows })),
      )
      .sort((a, b) => (a.ref < b.ref ? -1 : 1)),
  };
}

function partOf(invoiceRef: string | null, { payment, shares }: Home): Part {
  if (invoiceRef === null) return { chargeRef: payment.ref, weights: [1n], index: 0, invoices: [] };
  const invoices = [...shares.keys()];
  return {
    chargeRef: invoiceRef,
    weights: [...shares.values()].map(({ amount }) => amount ?? 0n),
    index: invoices.indexOf(invoiceRef),
    invoices,
  };
}
