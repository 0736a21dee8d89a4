import type { ChargeFact, MovementFact } from "./facts.ts";
import { disputeMovements, foldDispute } from "./linked-disputes.ts";
import type { CreditNoteFact, DisputeFact, PaymentRefs, RefundFact } from "./linked-facts.ts";
import type { Home } from "./linked-homes.ts";
import { linesOf, type NoteParts, noteMovements, notesOf } from "./linked-notes.ts";
import { rowOf } from "./linked-payments.ts";
import { type Part, partName, rowParts, shared } from "./linked-shares.ts";
import { type Amount, maximum, sum } from "./money.ts";
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
    const isOwn = ({ intentRef, chargeRef }: PaymentRefs) =>
      [intentRef, chargeRef].some((name) => name !== null && home.payment.names.includes(name));
    const refunds = facts.filter((fact) => fact.kind === "refund" && isOwn(fact.payment)) as RefundFact[];
    const disputes = facts.filter((fact) => fact.kind === "dispute" && isOwn(fact.payment)) as DisputeFact[];
    const part = partOf(invoiceRef, home);
    return {
      refunds: refunds.map((fact) => refundMovement(fact, part, facts)),
      disputes: [...Map.groupBy(disputes, (fact) => fact.ref).values()].map((own) => foldDispute(own)),
      part,
    };
  });
  const moved = placed.flatMap(({ refunds, disputes, part }) => [
    ...refunds,
    ...disputes.flatMap((dispute) => disputeMovements(dispute, part)),
  ]);
  return {
    // A movement of several documents is none of those that have no part in it.
    facts: moved.filter(({ amount, linked }) => amount !== 0n || linked?.part === null),
    disputes: placed
      .flatMap(({ disputes }) => disputes.map(({ ref, state, rows }) => ({ ref, state, rows })))
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

/**
 * A refund of a payment is its invoice's. Of one that pays several, credit notes say whose it is; what no note names is
 * shared by what each was paid, and said to be an estimate.
 */
function refundMovement(fact: RefundFact, part: Part, facts: readonly ChargeFact[]): MovementFact {
  const noted = part.invoices.map((ref) => notedOf(ref, fact, facts));
  const named = sum(noted.map((notes) => sum(notes.map(({ amount }) => amount))));
  const rest = part.weights.length === 1 ? 0n : maximum(fact.amount - named, 0n);
  const estimates = shared(rest, part.weights);
  const amounts = part.weights.map((_, index) =>
    part.weights.length === 1
      ? fact.amount
      : sum((noted[index] ?? []).map(({ amount }) => amount)) + (estimates[index] as Amount),
  );
  const amount = amounts[part.index] as Amount;
  const notes = noted[part.index] ?? [];
  // A note states the tax of what it refunded: it holds if it refunded all of this.
  const isNoted = notes.length > 0 && sum(notes.map((note) => note.amount)) === amount;
  const tax =
    isNoted && notes.every((note) => note.tax !== null) ? sum(notes.map((note) => note.tax ?? 0n)) : null;
  const row = rowOf([fact.ref], facts);
  return {
    kind: "movement",
    stamp: fact.stamp,
    ref: fact.ref,
    chargeRef: part.chargeRef,
    movement: "refund",
    status: fact.status,
    warning: false,
    toCustomerBalance: null,
    currency: fact.currency,
    amount,
    subtotal: tax === null ? null : amount - tax,
    tax,
    fee: null,
    earnings: null,
    payout: null,
    lines: isNoted && notes.length === 1 ? linesOf((notes[0] as Noted).note, amount) : [],
    customerRef: null,
    reason: fact.reason,
    createdAt: fact.createdAt,
    linked: {
      disputeRef: null,
      outside: false,
      row: row === null ? null : (rowParts(row, amounts)[part.index] ?? null),
      part: partName(fact.ref, part),
      estimated: rest > 0n,
    },
  };
}

interface Noted {
  readonly note: CreditNoteFact;
  readonly amount: Amount;
  readonly tax: Amount | null;
}

/** What the notes in force to an invoice say of a refund. */
function notedOf(invoiceRef: string, { ref }: RefundFact, facts: readonly ChargeFact[]): Noted[] {
  const inForce = notesOf(invoiceRef, facts).filter(({ note }) => note.status === "issued");
  return inForce.flatMap(({ note, refunds }: NoteParts) =>
    refunds.filter((refund) => refund.ref === ref).map(({ amount, tax }) => ({ note, amount, tax })),
  );
}
