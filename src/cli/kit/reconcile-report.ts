import { differencesOf } from "../../domain/reconciling/conclude.ts";
import { isUnexplained, type RowClass, rowClasses } from "../../domain/reconciling/level.ts";
import type { Stated } from "../../domain/reconciling/reconciled-row.ts";
import type { Run } from "../../domain/reconciling/run.ts";
import { formatInstant } from "../../domain/time.ts";
import { readRunRows } from "../../services/reconciling/read-runs.ts";
import type { Services } from "../../services/services.ts";
import { type KeptRow, runNoun, runRowNoun } from "../../store/reconciling/nouns/run.ts";
import { money, table } from "./output.ts";

/** A run as it ended, with the first of its rows that nobody can explain. */
export interface FinishedRun {
  readonly run: Run;
  readonly unexplained: readonly KeptRow[];
}

/** So many rows are listed of each class; the API has them all. */
const listed = 50;

export async function unexplainedOf(services: Services, { id }: Run): Promise<KeptRow[]> {
  const rows: KeptRow[] = [];
  for (const rowClass of rowClasses.filter(isUnexplained)) {
    const page = await readRunRows(services, id, { class: rowClass }, { limit: listed, after: null });
    rows.push(...(page?.rows ?? []));
  }
  return rows;
}

export function documentOf(runs: readonly FinishedRun[]) {
  return {
    reconciliations: runs.map(({ run, unexplained }) => ({
      ...runNoun.toJson(run),
      unexplained: unexplained.map((row) => runRowNoun.toJson({ row, now: run.finishedAt ?? run.startedAt })),
    })),
  };
}

/** A line for each run and currency, what was missing, and the rows: provider says, we say, difference, why. */
export function describeRuns(runs: readonly FinishedRun[]): string {
  const [first] = runs;
  if (first === undefined) return "There was nothing to compare.";
  const { from, to, zone } = first.run;
  const rows = runs.flatMap(({ run }) => summaryRows(run));
  const amounts = ["rows", "unexplained", "provider says", "we say", "difference", "explained"];
  return [
    `From ${formatInstant(from)} to ${formatInstant(to)}, named in ${zone}.`,
    table(["provider", "level", "verdict", ...amounts], rows, amounts),
    ...runs.flatMap(({ run }) => run.missing.map(({ code, detail }) => `${about(run)}: ${code}: ${detail}`)),
    ...runs.filter(({ unexplained }) => unexplained.length > 0).map(describeRows),
  ].join("\n");
}

const about = ({ provider, level }: Run) => `${provider} ${level}`;

function summaryRows(run: Run): string[][] {
  const count = (wanted: (rowClass: RowClass) => boolean) =>
    rowClasses.reduce((sum, name) => sum + (wanted(name) ? (run.counts[name] ?? 0) : 0), 0);
  const head = [run.provider, run.level, run.status, String(count(() => true)), String(count(isUnexplained))];
  if (run.totals.length === 0) return [[...head, "–", "–", "–", "–"]];
  return run.totals.map(({ currency, left, right, difference, explained }, index) => {
    const shown = [left, right, difference, explained].map((amount) => money(amount.toString(), currency));
    return [...(index === 0 ? head : ["", "", "", "", ""]), ...shown];
  });
}

function describeRows({ run, unexplained }: FinishedRun): string {
  const sides = run.level === "payout" ? ["its rows come to", "they paid"] : ["provider says", "we say"];
  const amounts = [...sides, "difference"];
  const rows = unexplained.map((row) => [
    row.key,
    side(row.left),
    side(row.right),
    differencesOf(row).map(side).join(", ") || "0",
    row.kind ?? row.class,
    row.discrepancyId ?? "",
  ]);
  return `${about(run)}:\n${table(["row", ...amounts, "why", "discrepancy"], rows, amounts)}`;
}

const side = (stated: Stated | null) =>
  stated === null ? "–" : money(stated.amount.toString(), stated.currency);
