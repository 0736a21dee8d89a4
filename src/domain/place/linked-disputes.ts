import { type ChargeFact, compareStamps, type MovementFact, type Stamp } from "../facts/facts.ts";
import type { BalanceFact, BalanceRow, DisputeFact, DisputeState } from "../facts/linked-facts.ts";
import { type Amount, absolute, minimum, sum } from "../money.ts";
import type { Instant } from "../time.ts";
import { linkedMovement } from "./linked-movement.ts";
import { type Part, partName, rowParts, shared } from "./linked-shares.ts";
import type { Dispute } from "./placement.ts";

/** A dispute with what its movements need: the fold of its facts. */
export interface FoldedDispute extends Dispute {
  readonly facts: readonly DisputeFact[];
  /** Rows that were told on their own, by a listing or a report. */
  readonly rowFacts: readonly BalanceFact[];
  readonly amount: Amount;
  readonly currency: string;
}

/** Its state goes by time; within one second, further along wins. */
const ranks: Record<DisputeState, number> = {
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
    (a, b) => compareTimes(a, b) || ranks[a.state] - ranks[b.state] || compareStamps(a.stamp, b.stamp),
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
    rows: [...rows.values()].sort(byTime),
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

function byTime(a: BalanceRow, b: BalanceRow): number {
  const [left, right] = [a.createdAt ?? 0n, b.createdAt ?? 0n];
  if (left !== right) return left < right ? -1 : 1;
  return a.ref < b.ref ? -1 : 1;
}

/** One movement per balance row: what it withdrew or gave back, in the charge's currency. */
export function disputeMovements(dispute: FoldedDispute, part: Part): MovementFact[] {
  const amounts = amountsOf(dispute);
  return dispute.rows.map((row, index) => movementOf(dispute, row, amounts[index] as Amount, part));
}

/**
 * Rows are in the settlement currency. What was withdrawn is the dispute's amount; each row's part of it is cut from the
 * running total, so that giving back all of what was withdrawn gives back exactly the amount.
 */
function amountsOf({ rows, amount }: FoldedDispute): Amount[] {
  const withdrawn = sum(rows.filter(({ gross }) => gross < 0n).map(({ gross }) => -gross));
  const running = { out: 0n, back: 0n };
  const worth = (gross: Amount) => (withdrawn === 0n ? minimum(gross, amount) : (amount * gross) / withdrawn);
  return rows.map(({ gross }) => {
    const way = gross < 0n ? "out" : "back";
    const before = worth(running[way]);
    running[way] += absolute(gross);
    return worth(running[way]) - before;
  });
}

function movementOf(dispute: FoldedDispute, row: BalanceRow, amount: Amount, part: Part): MovementFact {
  const telling = [
    ...dispute.facts.filter((fact) => fact.rows.some(({ ref }) => ref === row.ref)),
    ...dispute.rowFacts.filter(({ ref }) => ref === row.ref),
  ];
  const [first] = telling.map(({ stamp }) => stamp).sort(compareStamps) as [Stamp];
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
    },
  });
}
