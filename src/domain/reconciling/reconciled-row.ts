import { type Amount, absolute } from "../money.ts";
import { formatInstant, type Instant } from "../time.ts";
import { type Figure, figures, type HeldRow } from "./held-objects.ts";
import { isUnexplained, type RowClass } from "./level.ts";
import type { StatementRow } from "./statement.ts";

/** One side's figure that the level sums up, in its own currency. */
export interface Stated {
  readonly currency: string;
  readonly amount: Amount;
}

/** One row of a run: what the provider says, what we say, and what that makes. */
export interface ReconciledRow {
  readonly key: string;
  readonly class: RowClass;
  /** What kind of discrepancy it is, or would be; `null` if both sides agree. */
  readonly kind: string | null;
  /** The statement row that it claims; `null` if the provider states none. */
  readonly claim: { readonly statement: bigint; readonly line: bigint } | null;
  readonly subject: string | null;
  readonly left: Stated | null;
  readonly right: Stated | null;
  /** What differs: by field, what the provider says and what we say. */
  readonly detail: Readonly<Record<string, string>>;
  readonly at: Instant | null;
  /** From when on it should agree; its age counts from here. */
  readonly dueAt: Instant | null;
}

/** A statement row, and where it stands. */
export interface StatedRow extends StatementRow {
  readonly statement: bigint;
  readonly line: bigint;
  /** The second one of its key in one statement. */
  readonly isRepeated: boolean;
}

/** How a level judges its rows. */
export interface Rules {
  /** The figure that is summed up. */
  readonly total: Figure;
  /** Which figures, besides currency, must be the same where both sides state them. */
  readonly figures: readonly Figure[];
  /** The kind of a row whose figure is another one. */
  readonly kinds: Readonly<Record<Figure, string>>;
  /** How far apart their times may be; `null`: they are not compared. */
  readonly timeTolerance: bigint | null;
  readonly comparesState: boolean;
  /** How long after its time the other side may take. */
  readonly grace: bigint;
  /** How long what is only ours may be pending or in transit. */
  readonly patience: bigint;
  /** The kind of a row that we do not hold, and of one that the provider does not state. */
  missingHere(line: StatedRow): string;
  missingThere(row: HeldRow): string;
}

/** A row of both sides, or of one. A statement row that is repeated belongs to nobody. */
export function reconciled(
  line: StatedRow | null,
  held: HeldRow | null,
  { rules, now }: { readonly rules: Rules; readonly now: Instant },
): ReconciledRow {
  const at = line?.at ?? held?.at ?? null;
  const waits = line === null && held?.expected != null;
  const dueAt = at === null ? null : at + (waits ? rules.patience : rules.grace);
  const verdict = judge(line, held, rules, dueAt !== null && dueAt <= now);
  const isEarly = isUnexplained(verdict.class) && dueAt !== null && dueAt > now;
  return {
    ...verdict,
    class: isEarly ? "not_due" : verdict.class,
    key: keyOf(line, held),
    claim: line === null ? null : { statement: line.statement, line: line.line },
    subject: held?.subject ?? null,
    left: line === null ? null : stated(line, rules),
    right: held === null ? null : stated(held, rules),
    at,
    dueAt,
  };
}

/** The keys of a run are unique: of a statement row that is repeated, its line is part of it. */
function keyOf(line: StatedRow | null, held: HeldRow | null): string {
  if (line !== null) return line.isRepeated ? `${line.key}#${line.line}` : line.key;
  return (held as HeldRow).key;
}

const stated = (row: StatementRow | HeldRow, { total }: Rules): Stated => ({
  currency: row.currency,
  amount: row[total] ?? 0n,
});

type Judged = Pick<ReconciledRow, "class" | "kind" | "detail">;

const agreeing: Judged = { class: "matched", kind: null, detail: {} };

function judge(line: StatedRow | null, held: HeldRow | null, rules: Rules, isOverdue: boolean): Judged {
  if (line === null) return judgeHeld(held as HeldRow, rules, isOverdue);
  if (line.isRepeated) return { class: "duplicate", kind: "row_duplicated", detail: saidOf(line, rules) };
  if (held === null)
    return { class: "missing_here", kind: rules.missingHere(line), detail: saidOf(line, rules) };
  const differing = differences(line, held, rules);
  const [first] = differing;
  if (first === undefined) return agreeing;
  const detail = Object.fromEntries(
    differing.flatMap(({ field, left, right }) => [
      [`provider_says_${field}`, left],
      [`we_say_${field}`, right],
    ]),
  );
  return { class: "differs", kind: first.kind, detail };
}

function saidOf(line: StatedRow, rules: Rules): Record<string, string> {
  const object = line.objectRef === null || line.objectRef === line.key ? {} : { object: line.objectRef };
  return { ...sideDetail("provider_says", line, rules), ...object };
}

function judgeHeld(held: HeldRow, rules: Rules, isOverdue: boolean): Judged {
  if (held.expected === "nothing") return agreeing;
  // While the provider has not said what it owes for it, nothing is overdue.
  const expected = isOverdue && held.net !== null ? null : held.expected;
  const detail = sideDetail("we_say", held, rules);
  return { class: expected ?? "missing_there", kind: rules.missingThere(held), detail };
}

interface Difference {
  readonly kind: string;
  readonly field: string;
  readonly left: string;
  readonly right: string;
}

/** What a figure that differs is called, where a level has no word of its own. */
export const figureKinds: Readonly<Record<Figure, string>> = {
  gross: "amount_differs",
  fee: "fee_differs",
  tax: "tax_differs",
  net: "net_differs",
};

/** The first names the row. A figure that one side does not state is not compared. */
function differences(line: StatedRow, held: HeldRow, rules: Rules): Difference[] {
  const found: Difference[] = [];
  const compare = (kind: string, field: string, left: string, right: string) => {
    if (left !== right) found.push({ kind, field, left, right });
  };
  compare("currency_differs", "currency", line.currency, held.currency);
  for (const figure of figures) {
    const [left, right] = [line[figure], held[figure]];
    if (rules.figures.includes(figure) && left !== null && right !== null)
      compare(rules.kinds[figure], figure, left.toString(), right.toString());
  }
  if (rules.timeTolerance !== null && line.at !== null && held.at !== null)
    if (absolute(line.at - held.at) > rules.timeTolerance)
      compare("date_differs", "at", formatInstant(line.at), formatInstant(held.at));
  if (rules.comparesState && line.state !== null && held.state !== null)
    compare("status_differs", "status", line.state, held.state);
  return found;
}

function sideDetail(prefix: string, row: StatementRow | HeldRow, rules: Rules): Record<string, string> {
  const amounts = rules.figures.flatMap((figure) => {
    const amount = row[figure];
    return amount === null ? [] : [[`${prefix}_${figure}`, amount.toString()]];
  });
  return { [`${prefix}_currency`]: row.currency, ...Object.fromEntries(amounts) };
}
