import type { HeldRow } from "../../domain/reconciling/held-objects.ts";
import { type ReconciledRow, reconciled, type StatedRow } from "../../domain/reconciling/reconciled-row.ts";
import type { Run } from "../../domain/reconciling/run.ts";
import { keysSaid } from "../../store/reconciling/read/reconciliations.ts";
import {
  type LineRange,
  statedByKeys,
  stretchesOf,
  unclaimedRows,
} from "../../store/reconciling/read/stated-rows.ts";
import { type Comparing, type Match, pageSize, type RowPlan } from "./plan.ts";

/**
 * Both sides, page by page: first what the database finds to agree, then what else we hold, each with the provider's row of its
 * key; then the provider's rows that nothing claimed. What was said of a page must be stored before the next one is asked for:
 * it tells which rows are claimed.
 */
export async function* compareRows(
  comparing: Comparing,
  plan: RowPlan,
  match: Match | null = null,
): AsyncGenerator<readonly ReconciledRow[]> {
  const { read } = comparing.services.store;
  const left =
    match === null
      ? stretchesOf(read, plan.left.statements, pageSize)
      : await unmatched(comparing, plan, match);
  for await (const held of plan.held()) yield await ofHeld(comparing, plan, held);
  yield* ofUnclaimed(comparing, plan, left);
}

/** It costs little for each, and a commit for all of them. */
const linesMatchedAtOnce = 2_000;

/** Stretches with lines that something has to be said of. */
async function unmatched(
  { services, run, stopping }: Comparing,
  plan: RowPlan,
  match: Match,
): Promise<LineRange[]> {
  const { left, rules } = plan;
  const stretches: LineRange[] = [];
  for await (const stretch of stretchesOf(services.store.read, left.statements, linesMatchedAtOnce)) {
    if (stopping.aborted) break;
    const lines = { ...stretch, window: windowOf(plan, run) };
    if (!(await match({ left, lines, grace: rules.grace }))) stretches.push(stretch);
  }
  return stretches;
}

const windowOf = ({ hasWindow }: RowPlan, { from, to }: Run) => (hasWindow ? { from, to } : null);

async function ofHeld(
  { services, run, no }: Comparing,
  plan: RowPlan,
  page: readonly HeldRow[],
): Promise<ReconciledRow[]> {
  const { read } = services.store;
  const keys = page.map(({ key }) => key);
  const stated = await statedByKeys(read, plan.left, keys);
  const said = await keysSaid(read, no, keys);
  const judging = { rules: plan.rules, now: services.clock.now() };
  const held = new Map(page.filter(({ key }) => !said.has(key)).map((row) => [row.key, row]));
  return [...held.values()]
    .filter((row) => isOf(run.currency, row, stated.get(row.key)))
    .map((row) => reconciled(stated.get(row.key) ?? null, row, judging))
    .map((row) => (plan.isWhole ? row : undecided(row)));
}

/** It may well be on the part of the list that was not read. */
function undecided(row: ReconciledRow): ReconciledRow {
  return row.class === "missing_there" ? { ...row, class: "undecided", kind: null } : row;
}

const isOf = (currency: string | null, held: HeldRow | undefined, stated: StatedRow | undefined): boolean =>
  currency === null || held?.currency === currency || stated?.currency === currency;

async function* ofUnclaimed(
  comparing: Comparing,
  plan: RowPlan,
  stretches: AsyncIterable<LineRange> | Iterable<LineRange>,
): AsyncGenerator<readonly ReconciledRow[]> {
  const { services, run, no } = comparing;
  const window = windowOf(plan, run);
  for await (const stretch of stretches) {
    const rows = await unclaimedRows(services.store.read, plan.left, { run: no, window, ...stretch });
    yield rows.length === 0 ? [] : await ofStated(comparing, plan, rows);
  }
}

async function ofStated(
  { services, run, no }: Comparing,
  plan: RowPlan,
  rows: readonly StatedRow[],
): Promise<ReconciledRow[]> {
  const { read } = services.store;
  const keys = rows.map(({ key }) => key);
  const counting = await statedByKeys(read, plan.left, keys);
  const said = await keysSaid(read, no, keys);
  // A newer statement, or an earlier row of the run, has the last word on a key.
  const own = rows.filter(
    (row) => counting.get(row.key)?.statement === row.statement && (row.isRepeated || !said.has(row.key)),
  );
  const held = await plan.heldFor(own.filter((row) => !row.isRepeated));
  const judging = { rules: plan.rules, now: services.clock.now() };
  return own
    .filter((row) => isOf(run.currency, held.get(row.key), row))
    .map((row) => reconciled(row, row.isRepeated ? null : (held.get(row.key) ?? null), judging));
}
