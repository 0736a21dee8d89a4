import {
  type ChargeFact,
  compareStamps,
  type LinkedMovement,
  type MovementFact,
  type MovementLine,
  type Stamp,
} from "../facts/facts.ts";
import {
  type BalanceFact,
  type BalanceRow,
  type CreditNoteFact,
  type DisputeFact,
  type DisputeState,
  isPaymentOf,
  type PaymentRefs,
  type RefundFact,
} from "../facts/linked-facts.ts";
import { type Amount, absolute, maximum, minimum, sum } from "../money.ts";
import type { Instant } from "../time.ts";
import { type Home, type Part, partName, rowParts, shared } from "./linked-homes.ts";
import { type Attempt, isReturning, rowsAbout, sumOf } from "./linked-payments.ts";
import type { Dispute } from "./placement.ts";

/** What differs between a refund, a dispute's row and a part of a note. */
type Told = Pick<
  MovementFact,
  | "stamp"
  | "ref"
  | "chargeRef"
  | "movement"
  | "status"
  | "currency"
  | "amount"
  | "tax"
  | "reason"
  | "createdAt"
> &
  Partial<Pick<MovementFact, "toCustomerBalance" | "lines" | "customerRef">> & {
    readonly linked: Partial<LinkedMovement>;
  };

/** A movement that an object of its own tells: it states no fee, and its tax only where a note does. */
function linkedMovement({ linked, ...told }: Told): MovementFact {
  return {
    kind: "movement",
    warning: false,
    toCustomerBalance: null,
    lines: [],
    customerRef: null,
    ...told,
    subtotal: told.tax === null ? null : told.amount - told.tax,
    fee: null,
    earnings: null,
    payout: null,
    linked: {
      disputeRef: null,
      outside: false,
      row: null,
      part: null,
      estimated: false,
      endsExchange: false,
      undoneRow: null,
      ...linked,
    },
  };
}

/** A dispute with what its movements need: the fold of its facts. */
interface FoldedDispute extends Dispute {
  readonly facts: readonly DisputeFact[];
  /** Rows that were told on their own, by a listing or a report. */
  readonly rowFacts: readonly BalanceFact[];
  readonly amount: Amount;
  readonly currency: string;
}

/** Its state goes by time; within one second, further along wins. */
const disputeRanks: Record<DisputeState, number> = {
  inquiry: 0,
  inquiry_closed: 1,
  open: 2,
  prevented: 3,
  won: 4,
  lost: 4,
};

/**
 * One dispute of the facts that are about it. A row that was listed once stays: later bodies may list fewer; and one that
 * came on its own counts as if the dispute had listed it.
 */
export function foldDispute(facts: readonly DisputeFact[], all: readonly ChargeFact[]): FoldedDispute {
  const ordered = facts.toSorted(
    (a, b) =>
      compareTimes(a, b) || disputeRanks[a.state] - disputeRanks[b.state] || compareStamps(a.stamp, b.stamp),
  );
  const latest = ordered.at(-1) as DisputeFact;
  const rowFacts = all.filter(
    (fact): fact is BalanceFact => fact.kind === "balance_row" && fact.sourceRef === latest.ref,
  );
  const told = [...rowFacts.map(({ row }) => row), ...ordered.flatMap((fact) => fact.rows)];
  const rows = new Map(told.map((row) => [row.ref, row]));
  return {
    ref: latest.ref,
    state: latest.state,
    decidedAt: decidedAt(ordered),
    rows: [...rows.values()].sort(byTime({ facts: ordered, rowFacts })),
    facts: ordered,
    rowFacts,
    amount: latest.amount,
    currency: latest.currency,
  };
}

/** When the state that it has was first told, if that is a decision. */
function decidedAt(ordered: readonly DisputeFact[]): Instant | null {
  const latest = ordered.at(-1) as DisputeFact;
  if (latest.state !== "won" && latest.state !== "lost") return null;
  const before = ordered.findLastIndex(({ state }) => state !== latest.state);
  return (ordered[before + 1] ?? latest).stamp.occurredAt;
}

function compareTimes({ stamp: a }: DisputeFact, { stamp: b }: DisputeFact): number {
  return a.occurredAt === b.occurredAt ? 0 : a.occurredAt < b.occurredAt ? -1 : 1;
}

/** The first that told of a row. */
function firstOf({ facts, rowFacts }: Pick<FoldedDispute, "facts" | "rowFacts">, { ref }: BalanceRow): Stamp {
  const telling = [
    ...facts.filter(({ rows }) => rows.some((row) => row.ref === ref)),
    ...rowFacts.filter((fact) => fact.ref === ref),
  ];
  return telling.map(({ stamp }) => stamp).sort(compareStamps)[0] as Stamp;
}

/** Within one second, what gives back comes after what it gives back. */
function byTime(told: Pick<FoldedDispute, "facts" | "rowFacts">): (a: BalanceRow, b: BalanceRow) => number {
  const at = (row: BalanceRow): Instant => row.createdAt ?? firstOf(told, row).occurredAt;
  return (a, b) => {
    const [left, right] = [at(a), at(b)];
    if (left !== right) return left < right ? -1 : 1;
    if (isWithdrawal(a) !== isWithdrawal(b)) return isWithdrawal(a) ? -1 : 1;
    return a.ref < b.ref ? -1 : 1;
  };
}

const isFee = ({ category }: BalanceRow): boolean => category === "fee";
const isWithdrawal = ({ gross }: BalanceRow): boolean => gross < 0n;

/** One movement per balance row: what it withdrew or gave back, in the dispute's own currency. */
function disputeMovements(dispute: FoldedDispute, part: Part): MovementFact[] {
  const worths = dispute.rows.every(({ currency }) => currency === dispute.currency)
    ? dispute.rows.map((row) => ({ amount: isFee(row) ? 0n : absolute(row.gross), endsExchange: false }))
    : worthAcross(dispute);
  return dispute.rows.map((row, index) => disputeMovement(dispute, row, worths[index] as Worth, part));
}

/** What a row moves of its dispute, in the dispute's own currency. */
interface Worth {
  readonly amount: Amount;
  /** Whether what is left of the other currency once it gave back is no longer the customer's, but the exchange's. */
  readonly endsExchange: boolean;
}

/**
 * In another currency a row does not say what it is worth in the dispute's own: what is given back is converted at the rate
 * of its day. All is withdrawn by the first row, and back with the first that gives back once the dispute was won, or that
 * leaves nothing withdrawn, or after which it was withdrawn anew.
 */
function worthAcross({ rows, amount: all, state }: FoldedDispute): Worth[] {
  const nothing: Worth = { amount: 0n, endsExchange: false };
  const left = new Map<string, Amount>();
  let isOut = false;
  let wasOut = false;
  return rows.map((row, index) => {
    if (isFee(row)) return nothing;
    left.set(row.currency, (left.get(row.currency) ?? 0n) - row.gross);
    if (isWithdrawal(row)) {
      const isFirst = !isOut;
      isOut = wasOut = true;
      return isFirst ? { amount: all, endsExchange: false } : nothing;
    }
    if (!isOut) return { amount: 0n, endsExchange: wasOut };
    const isWithdrawnAnew = rows.slice(index + 1).some((later) => isWithdrawal(later) && !isFee(later));
    const isAllBack = [...left.values()].every((amount) => amount <= 0n);
    if (state !== "won" && !isWithdrawnAnew && !isAllBack) return nothing;
    isOut = false;
    left.clear();
    return { amount: all, endsExchange: true };
  });
}

function disputeMovement(
  dispute: FoldedDispute,
  row: BalanceRow,
  { amount, endsExchange }: Worth,
  part: Part,
): MovementFact {
  const first = firstOf(dispute, row);
  return linkedMovement({
    stamp: { ...first, occurredAt: row.createdAt ?? first.occurredAt },
    ref: row.ref,
    chargeRef: part.chargeRef,
    movement: row.gross < 0n ? "dispute" : "dispute_reversal",
    status: "succeeded",
    currency: dispute.currency,
    amount: shared(amount, part.weights)[part.index] as Amount,
    tax: null,
    reason: dispute.facts.find(({ reason }) => reason !== null)?.reason ?? null,
    createdAt: row.createdAt,
    linked: {
      disputeRef: dispute.ref,
      row: rowParts(row, part.weights)[part.index] as BalanceRow,
      part: partName(row.ref, part),
      estimated: part.weights.length > 1,
      endsExchange,
    },
  });
}

/** A credit note by its parts, tax included: they sum to its total as far as they are known. */
interface NoteParts {
  readonly note: CreditNoteFact;
  readonly beforePayment: NotePart;
  readonly refunds: readonly (NotePart & { readonly ref: string })[];
  readonly credited: NotePart;
  readonly givenOutside: NotePart;
}

interface NotePart {
  readonly amount: Amount;
  /** Its share of the note's tax; `null` if the note does not state any. */
  readonly tax: Amount | null;
}

const noteRanks: Record<CreditNoteFact["status"], number> = { issued: 0, void: 1 };

/** The notes to one invoice, void ones included, in the order of their refs: each the merge of its own facts. */
function notesOf(invoiceRef: string, facts: readonly ChargeFact[]): NoteParts[] {
  const own = facts.filter(
    (fact): fact is CreditNoteFact => fact.kind === "credit_note" && fact.invoiceRef === invoiceRef,
  );
  const byRef = Map.groupBy(own, (fact) => fact.ref);
  return [...byRef.keys()].sort().map((ref) => partsOf(merged(byRef.get(ref) ?? []), facts));
}

function merged(facts: readonly CreditNoteFact[]): CreditNoteFact {
  const ordered = facts.toSorted(
    (a, b) => noteRanks[a.status] - noteRanks[b.status] || compareStamps(a.stamp, b.stamp),
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
function noteMovements({ note, credited, givenOutside }: NoteParts): MovementFact[] {
  return [
    ...(credited.amount > 0n ? [noteMovement(note, note.ref, "credit", credited)] : []),
    ...(givenOutside.amount > 0n ? [noteMovement(note, `${note.ref}:outside`, "refund", givenOutside)] : []),
  ];
}

function noteMovement(
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
function linesOf(note: CreditNoteFact, amount: Amount): readonly MovementLine[] {
  return amount === note.total ? note.lines : [];
}

/**
 * Refunds of one payment, as movements of one charge, and what they left of what each invoice was paid. A refund of a
 * payment is its invoice's. Of one that pays several, credit notes say whose it is; what no note names is shared by what is
 * left of each, so that parts that make all of the payment make all of each invoice, and said to be an estimate.
 */
function placeRefunds(
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
