import { type ChargeFact, compareStamps, type MovementFact } from "../facts/facts.ts";
import type { BalanceFact, BalanceRow, CreditNoteFact, RefundFact } from "../facts/linked-facts.ts";
import { type Amount, maximum, minimum, sum } from "../money.ts";
import type { Instant } from "../time.ts";
import type { Attempt } from "./linked-attempts.ts";
import { linkedMovement } from "./linked-movement.ts";
import { linesOf, type NoteParts, notesOf } from "./linked-notes.ts";
import { isReturning, rowsAbout, sumOf } from "./linked-rows.ts";
import { type Part, partName, rowParts, shared } from "./linked-shares.ts";

/**
 * Refunds of one payment, as movements of one charge, and what they left of what each invoice was paid. A refund of a
 * payment is its invoice's. Of one that pays several, credit notes say whose it is; what no note names is shared by what is
 * left of each, so that parts that make all of the payment make all of each invoice, and said to be an estimate.
 */
export function placeRefunds(
  told: readonly RefundFact[],
  attempts: readonly Attempt[],
  part: Part,
  facts: readonly ChargeFact[],
): { readonly movements: MovementFact[]; readonly left: readonly Amount[] } {
  let left = part.weights;
  const notes = part.invoices.map((ref) => notesOf(ref, facts));
  const refunds = toldRefunds(told, attempts, facts).sort(compareRefunds);
  const movements = refunds.flatMap(({ facts: own, ...rows }) => {
    const weights = sum(left) > 0n ? left : part.weights;
    const each = own.map((fact) => shareRefund(fact, weights, notes));
    const { amounts } = each[0] as SharedRefund;
    if (stands(own)) left = left.map((amount, index) => maximum(amount - (amounts[index] as Amount), 0n));
    return each.map((refund) => refundMovement(refund, part, rows));
  });
  return { movements, left: sum(left) > 0n ? left : part.weights };
}

/** A refund with what the provider settled for it: what it took, and what came back when it failed. */
interface ToldRefund extends RefundRows {
  readonly facts: readonly RefundFact[];
}

interface RefundRows {
  readonly row: BalanceRow | null;
  readonly undoneRow: BalanceRow | null;
}

/** Objects that were heard of, and what went back without one. What lets go of an authorisation takes nothing. */
function toldRefunds(
  told: readonly RefundFact[],
  attempts: readonly Attempt[],
  facts: readonly ChargeFact[],
): ToldRefund[] {
  const released = new Set(attempts.map(({ release }) => release));
  const objects = [...Map.groupBy(told, ({ ref }) => ref)].map(([ref, own]): ToldRefund => {
    if (released.has(ref)) return { facts: own.map(releasing), row: null, undoneRow: null };
    const telling = facts.filter(
      (fact): fact is BalanceFact => fact.kind === "balance_row" && fact.sourceRef === ref,
    );
    const known = rowsAbout(telling, () => true);
    const rows = {
      row: sumOf(known.filter((row) => !isReturning(row))),
      undoneRow: sumOf(known.filter(isReturning)),
    };
    return { facts: withRows(own, rows, telling), ...rows };
  });
  const others = attempts.flatMap(({ returns }) =>
    returns.map(({ fact, row }) => ({ facts: [fact], row, undoneRow: null })),
  );
  return [...objects, ...others];
}

const releasing = (fact: RefundFact): RefundFact => ({
  ...fact,
  status: "canceled",
  reason: "authorization_released",
});

/** Rows say of a refund that failed when it took money and when that came back, also where no object said so. */
function withRows(
  told: readonly RefundFact[],
  rows: RefundRows,
  telling: readonly BalanceFact[],
): RefundFact[] {
  const isUndone = ({ status }: RefundFact) => status === "failed" || status === "canceled";
  if (rows.undoneRow === null && !told.some(isUndone)) return [...told];
  const latest = told.toSorted((a, b) => compareStamps(a.stamp, b.stamp)).at(-1) as RefundFact;
  const saidBy = (row: BalanceRow | null, status: RefundFact["status"]): RefundFact[] => {
    const [first] = telling
      .filter((fact) => row?.ref.split("+").includes(fact.ref))
      .map(({ stamp }) => stamp)
      .sort(compareStamps);
    return row === null || first === undefined ? [] : [dated({ ...latest, stamp: first, status }, row)];
  };
  const dated = (fact: RefundFact, row: BalanceRow | null): RefundFact =>
    row?.createdAt == null ? fact : { ...fact, stamp: { ...fact.stamp, occurredAt: row.createdAt } };
  const facts = told.map((fact) => (isUndone(fact) ? dated(fact, rows.undoneRow) : fact));
  return [
    ...facts,
    ...(facts.some(({ status }) => status === "succeeded") ? [] : saidBy(rows.row, "succeeded")),
    ...(facts.some(isUndone) ? [] : saidBy(rows.undoneRow, "failed")),
  ];
}

interface SharedRefund {
  readonly fact: RefundFact;
  /** By invoice. */
  readonly noted: readonly (readonly Noted[])[];
  readonly amounts: readonly Amount[];
  /** What no note names. */
  readonly rest: Amount;
}

function shareRefund(
  fact: RefundFact,
  weights: readonly Amount[],
  notes: readonly (readonly NoteParts[])[],
): SharedRefund {
  const noted = notes.map((ofInvoice) => notedOf(ofInvoice, fact));
  if (weights.length === 1) return { fact, noted, amounts: [fact.amount], rest: 0n };
  const named = noted.map((notes) => sum(notes.map(({ amount }) => amount)));
  const rest = maximum(fact.amount - sum(named), 0n);
  const left = weights.map((weight, index) => maximum(weight - (named[index] as Amount), 0n));
  const estimates = shared(rest, left);
  return { fact, noted, amounts: named.map((amount, index) => amount + (estimates[index] as Amount)), rest };
}

function stands(facts: readonly RefundFact[]): boolean {
  const said = new Set(facts.map(({ status }) => status));
  return said.has("succeeded") && !said.has("failed") && !said.has("canceled");
}

/** The oldest first. */
function compareRefunds({ facts: a }: ToldRefund, { facts: b }: ToldRefund): number {
  const [left, right] = [createdAt(a), createdAt(b)];
  if (left !== right) return left < right ? -1 : 1;
  return (a[0] as RefundFact).ref < (b[0] as RefundFact).ref ? -1 : 1;
}

function createdAt(facts: readonly RefundFact[]): Instant {
  return facts.map((fact) => fact.createdAt ?? fact.stamp.occurredAt).reduce(minimum);
}

function refundMovement(
  { fact, noted, rest, amounts }: SharedRefund,
  part: Part,
  { row, undoneRow }: RefundRows,
): MovementFact {
  const amount = amounts[part.index] as Amount;
  const notes = noted[part.index] ?? [];
  // A note states the tax of what it refunded: it holds if it refunded all of this.
  const isNoted = notes.length > 0 && sum(notes.map((note) => note.amount)) === amount;
  const tax =
    isNoted && notes.every((note) => note.tax !== null) ? sum(notes.map((note) => note.tax ?? 0n)) : null;
  const own = (of: BalanceRow | null) => (of === null ? null : (rowParts(of, amounts)[part.index] ?? null));
  return linkedMovement({
    stamp: fact.stamp,
    ref: fact.ref,
    chargeRef: part.chargeRef,
    movement: "refund",
    status: fact.status,
    currency: fact.currency,
    amount,
    tax,
    lines: isNoted && notes.length === 1 ? linesOf((notes[0] as Noted).note, amount) : [],
    reason: fact.reason,
    createdAt: fact.createdAt,
    linked: {
      row: own(row),
      undoneRow: own(undoneRow),
      part: partName(fact.ref, part),
      estimated: rest > 0n,
    },
  });
}

interface Noted {
  readonly note: CreditNoteFact;
  readonly amount: Amount;
  readonly tax: Amount | null;
}

/** What the notes in force to an invoice say of a refund. */
function notedOf(notes: readonly NoteParts[], { ref }: RefundFact): Noted[] {
  const inForce = notes.filter(({ note }) => note.status === "issued");
  return inForce.flatMap(({ note, refunds }: NoteParts) =>
    refunds.filter((refund) => refund.ref === ref).map(({ amount, tax }) => ({ note, amount, tax })),
  );
}
