import { type ChargeFact, compareStamps, type MovementFact, type Stamp } from "../facts/facts.ts";
import type { BalanceFact, BalanceRow, DisputeFact, DisputeState } from "../facts/linked-facts.ts";
import { type Amount, absolute } from "../money.ts";
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
export function disputeMovements(dispute: FoldedDispute, part: Part): MovementFact[] {
  const worths = dispute.rows.every(({ currency }) => currency === dispute.currency)
    ? dispute.rows.map((row) => ({ amount: isFee(row) ? 0n : absolute(row.gross), endsExchange: false }))
    : worthAcross(dispute);
  return dispute.rows.map((row, index) => movementOf(dispute, row, worths[index] as Worth, part));
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

function movementOf(
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
