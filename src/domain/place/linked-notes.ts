import { type ChargeFact, compareStamps, type MovementFact, type MovementLine } from "../facts/facts.ts";
import type { CreditNoteFact, RefundFact } from "../facts/linked-facts.ts";
import { type Amount, maximum, sum } from "../money.ts";
import { linkedMovement } from "./linked-movement.ts";
import { shared } from "./linked-shares.ts";

/** A credit note by its parts, tax included: they sum to its total as far as they are known. */
export interface NoteParts {
  readonly note: CreditNoteFact;
  readonly beforePayment: NotePart;
  readonly refunds: readonly (NotePart & { readonly ref: string })[];
  readonly credited: NotePart;
  readonly givenOutside: NotePart;
}

export interface NotePart {
  readonly amount: Amount;
  /** Its share of the note's tax; `null` if the note does not state any. */
  readonly tax: Amount | null;
}

const ranks: Record<CreditNoteFact["status"], number> = { issued: 0, void: 1 };

/** The notes to one invoice, void ones included, in the order of their refs: each the merge of its own facts. */
export function notesOf(invoiceRef: string, facts: readonly ChargeFact[]): NoteParts[] {
  const own = facts.filter(
    (fact): fact is CreditNoteFact => fact.kind === "credit_note" && fact.invoiceRef === invoiceRef,
  );
  const byRef = Map.groupBy(own, (fact) => fact.ref);
  return [...byRef.keys()].sort().map((ref) => partsOf(merged(byRef.get(ref) ?? []), facts));
}

function merged(facts: readonly CreditNoteFact[]): CreditNoteFact {
  const ordered = facts.toSorted(
    (a, b) => ranks[a.status] - ranks[b.status] || compareStamps(a.stamp, b.stamp),
  );
  const latest = ordered.at(-1) as CreditNoteFact;
  const known = <Field extends keyof CreditNoteFact>(field: Field) =>
    ordered.findLast((fact) => fact[field] !== null)?.[field] ?? latest[field];
  return {
    ...latest,
    tax: known("tax"),
    beforePayment: known("beforePayment"),
    refunds: ordered.findLast(({ refunds }) => refunds.length > 0)?.refunds ?? [],
    credited: known("credited"),
    lines: ordered.findLast(({ lines }) => lines.length > 0)?.lines ?? [],
    customerRef: known("customerRef"),
    reason: known("reason"),
    createdAt: known("createdAt"),
  };
}

/** What one shape does not say follows from the other parts, or is known by the refund itself. */
function partsOf(note: CreditNoteFact, facts: readonly ChargeFact[]): NoteParts {
  const before = note.beforePayment ?? 0n;
  const stated = note.refunds.map(({ ref, amount }) => ({ ref, amount: amount ?? refundedBy(ref, facts) }));
  const known =
    before + note.givenOutside + (note.credited ?? 0n) + sum(stated.map(({ amount }) => amount ?? 0n));
  const rest = maximum(note.total - known, 0n);
  // Only one part can be left open by what is recorded: the refund if its object was not seen, else the credit.
  const openRefund = stated.findIndex(({ amount }) => amount === null);
  const refunds = stated.map(({ ref, amount }, index) => ({
    ref,
    amount: amount ?? (index === openRefund && note.credited !== null ? rest : 0n),
  }));
  const credited = note.credited ?? (openRefund === -1 ? rest : 0n);
  const amounts = [before, ...refunds.map(({ amount }) => amount), credited, note.givenOutside];
  const taxes = note.tax === null ? amounts.map(() => null) : shared(note.tax, amounts);
  const part = (index: number): NotePart => ({
    amount: amounts[index] as Amount,
    tax: taxes[index] ?? null,
  });
  return {
    note,
    beforePayment: part(0),
    refunds: refunds.map(({ ref }, index) => ({ ref, ...part(index + 1) })),
    credited: part(amounts.length - 2),
    givenOutside: part(amounts.length - 1),
  };
}

function refundedBy(ref: string, facts: readonly ChargeFact[]): Amount | null {
  const found = facts.find((fact): fact is RefundFact => fact.kind === "refund" && fact.ref === ref);
  return found?.amount ?? null;
}

/** The parts of a note that move credit or money by themselves; what it refunded is the refund's own movement. */
export function noteMovements({ note, credited, givenOutside }: NoteParts): MovementFact[] {
  return [
    ...(credited.amount > 0n ? [movementOf(note, note.ref, "credit", credited)] : []),
    ...(givenOutside.amount > 0n ? [movementOf(note, `${note.ref}:outside`, "refund", givenOutside)] : []),
  ];
}

function movementOf(
  note: CreditNoteFact,
  ref: string,
  movement: "credit" | "refund",
  { amount, tax }: NotePart,
): MovementFact {
  return linkedMovement({
    stamp: note.stamp,
    ref,
    chargeRef: note.invoiceRef,
    movement,
    status: note.status === "void" ? "canceled" : "succeeded",
    toCustomerBalance: movement === "credit" ? true : null,
    currency: note.currency,
    amount,
    tax,
    lines: linesOf(note, amount),
    customerRef: note.customerRef,
    reason: note.reason,
    createdAt: note.createdAt,
    linked: { outside: movement === "refund" },
  });
}

/** Lines are a part's only if it is all of the note: a note of several parts does not say which line is in which. */
export function linesOf(note: CreditNoteFact, amount: Amount): readonly MovementLine[] {
  return amount === note.total ? note.lines : [];
}
