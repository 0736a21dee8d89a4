import type { StatementId } from "../../domain/ids.ts";
import type { Level } from "../../domain/reconciling/level.ts";
import type { Missing, Run } from "../../domain/reconciling/run.ts";
import { formatInstant } from "../../domain/time.ts";
import { listedPayouts } from "../../store/reconciling/read/payout-rows.ts";
import { haveRowsIn, unreadableRows } from "../../store/reconciling/read/stated-rows.ts";
import { findStatement, type NumberedStatement, reportsOf } from "../../store/reconciling/read/statements.ts";
import type { ConfiguredSource, Services } from "../services.ts";
import type { Comparing } from "./plan.ts";
import { gatherList } from "./statements/gather.ts";

/** Where a level finds the provider's side. */
export interface WantedSide {
  /** What the provider can be asked for; all of them are needed. */
  readonly lists: readonly string[];
  /** What finance can download instead; one of each group is needed. */
  readonly reports: readonly (readonly string[])[];
  /** Whether the list is needed from its beginning, not from that of the window. */
  readonly fromTheBeginning?: boolean;
}

/** The provider's side of a run. */
export interface Sources {
  readonly statements: readonly bigint[];
  readonly missing: readonly Missing[];
  /** Whether it is all there is for the window: then what it does not state is not there. */
  readonly isWhole: boolean;
  /** Whether what it no longer states has disappeared: not where one report of several was looked at. */
  readonly mayClose: boolean;
  readonly isReport: boolean;
}

/** The reports that were named; else what the provider answers now; else all reports that were imported. */
export async function findSources(comparing: Comparing, wanted: WantedSide): Promise<Sources> {
  const { run, services } = comparing;
  if (run.statementIds.length > 0) return judged(comparing, await named(comparing, wanted));
  const source = services.sources.find(
    ({ source: { provider }, account }) => provider === run.provider && account === run.account,
  );
  if (source !== undefined && wanted.lists.length > 0)
    return judged(comparing, await gathered(comparing, source, wanted));
  const formats = wanted.reports.flat();
  const found = formats.length === 0 ? [] : await reportsOf(services.store.read, run, formats);
  const imported = usable(found.filter(({ statement }) => statement.origin === "import"));
  return judged(comparing, { statements: imported, missing: lacking(imported, wanted), isReport: true });
}

/** One that was refused or broken off counts until a whole one of its format is imported, or a person dismisses it. */
function usable(imported: readonly NumberedStatement[]): NumberedStatement[] {
  return imported.filter(
    ({ no, statement: { format, status, dismissedAt } }) =>
      status === "complete" ||
      (dismissedAt === null &&
        !imported.some(
          (other) =>
            other.no > no && other.statement.format === format && other.statement.status === "complete",
        )),
  );
}

interface Found {
  readonly statements: readonly NumberedStatement[];
  readonly missing: readonly Missing[];
  readonly isReport: boolean;
}

async function named({ services, run }: Comparing, wanted: WantedSide): Promise<Found> {
  const formats = new Set([...wanted.lists, ...wanted.reports.flat()]);
  const found: NumberedStatement[] = [];
  const missing: Missing[] = [];
  for (const id of run.statementIds) {
    const known = await findStatement(services.store.read, id as StatementId);
    const statement = known?.statement;
    const isOurs = statement?.provider === run.provider && statement.account === run.account;
    if (known !== undefined && isOurs && formats.has(known.statement.format)) found.push(known);
    else missing.push({ code: "source_missing", detail: `${id} is no statement that this level can use.` });
  }
  return { statements: found, missing: [...missing, ...lacking(found, wanted)], isReport: true };
}

/** Each group of reports has to be there, or one of the lists. */
function lacking(found: readonly NumberedStatement[], { lists, reports }: WantedSide): Missing[] {
  const has = (formats: readonly string[]) =>
    found.some(({ statement }) => formats.includes(statement.format));
  if (lists.length > 0 && lists.every((list) => has([list]))) return [];
  const none = reports.filter((formats) => !has(formats));
  if (reports.length > 0 && none.length === 0) return [];
  const names = none.map((formats) => formats.join(" or "));
  const detail =
    reports.length === 0
      ? lists.length === 0
        ? "The provider states nothing that this could be compared with."
        : "The provider has to be asked for this: set its API key."
      : `Import ${names.join(" and ")}${lists.length > 0 ? ", or set the provider's API key" : ""}.`;
  return [{ code: "source_missing", detail }];
}

async function gathered(
  { services, run, stopping }: Comparing,
  source: ConfiguredSource,
  { lists, fromTheBeginning = false }: WantedSide,
): Promise<Found> {
  const statements: NumberedStatement[] = [];
  // Lists go by when a thing was changed, where the level goes by when it was made: up to now.
  const window = { from: fromTheBeginning ? null : run.from, to: services.clock.now() };
  const gather = async (list: string, payoutRef?: string) => {
    const asked = payoutRef === undefined ? { list, window } : { list, window, payoutRef };
    const id = await gatherList(services, source, { ...asked, stopping });
    const found = await findStatement(services.store.read, id);
    if (found !== undefined) statements.push(found);
  };
  for (const list of lists) {
    if (list !== rowsByPayout) await gather(list);
    else
      for (const ref of await payoutsIn(run, services, statements)) await gather("balance_transactions", ref);
  }
  return { statements, missing: [], isReport: false };
}

/** Not a list of its own: a provider's balance rows, asked for payout by payout. */
export const rowsByPayout = "rows_by_payout";

/** The payouts of the window, as they were just listed. */
async function payoutsIn(
  { from, to, payoutRef }: Run,
  { store }: Services,
  statements: readonly NumberedStatement[],
): Promise<string[]> {
  const listed = await listedPayouts(
    store.read,
    statements.map(({ no }) => no),
  );
  return listed
    .filter(
      ({ at, key }) => at !== null && at >= from && at < to && (payoutRef === null || key === payoutRef),
    )
    .map(({ key }) => key);
}

/** Levels that look at rows of the window alone. */
const rowsByTime: readonly Level[] = ["completeness", "settlement"];

/** Reports of which nobody said what they cover, and that have nothing of the window, are no word on it. */
async function silent(
  { services, run }: Comparing,
  { statements, isReport }: Found,
): Promise<readonly Missing[]> {
  const isSaid = ({ statement: { covered } }: NumberedStatement) => covered.from !== null;
  if (!isReport || statements.length === 0 || !rowsByTime.includes(run.level) || statements.some(isSaid))
    return [];
  const numbers = statements.map(({ no }) => no);
  if (await haveRowsIn(services.store.read, numbers, run)) return [];
  const detail = "No report has a row of this time, and none was said to cover it.";
  return [{ code: "window_not_covered", detail }];
}

async function judged(comparing: Comparing, found: Found): Promise<Sources> {
  const { services, run } = comparing;
  const numbers = found.statements.map(({ no }) => no);
  const { read } = services.store;
  const unreadable = await unreadableRows(read, numbers, {
    from: rowsByTime.includes(run.level) ? run.from : null,
    to: run.to,
  });
  const missing = [
    ...found.missing,
    ...found.statements.flatMap((statement) => incompleteness(statement)),
    ...(found.isReport ? uncovered(found.statements, run) : []),
    ...unreadable.map(({ statement, count }) => ({
      code: "rows_in_error" as const,
      detail: `${count} rows of ${found.statements.find(({ no }) => no === statement)?.statement.id} could not be read.`,
    })),
    ...(await silent(comparing, found)),
  ];
  const covers = groupsOf(found.statements).every((group) => group.every(isSaid) && isCovered(group, run));
  return {
    statements: numbers,
    missing,
    isWhole: missing.length === 0,
    mayClose: missing.length === 0 && (!found.isReport || covers),
    isReport: found.isReport,
  };
}

function incompleteness({ statement }: NumberedStatement): Missing[] {
  const { id, format, status, problem } = statement;
  if (status === "complete") return [];
  const why = problem === null ? status : `${problem.code}: ${problem.detail}`;
  return [{ code: "source_incomplete", detail: `${format} (${id}): ${why}` }];
}

/** Whether whoever imported it said what it covers. */
const isSaid = ({ statement: { covered } }: NumberedStatement): boolean =>
  covered.from !== null && covered.to !== null;

const groupsOf = (statements: readonly NumberedStatement[]): NumberedStatement[][] => [
  ...Map.groupBy(statements, ({ statement }) => statement.format).values(),
];

/** Whether reports of one format cover the window together, one week after the other for instance. */
function isCovered(statements: readonly NumberedStatement[], run: Pick<Run, "from" | "to">): boolean {
  const periods = statements.map(({ statement: { covered } }) => covered);
  const ordered = periods.toSorted((a, b) => ((a.from ?? 0n) < (b.from ?? 0n) ? -1 : 1));
  let reached = run.from;
  for (const { from, to } of ordered)
    if (from !== null && to !== null && from <= reached && to > reached) reached = to;
  return reached >= run.to;
}

/** A format of which one report does not say what it covers may cover it all. */
function uncovered(statements: readonly NumberedStatement[], run: Run): Missing[] {
  return groupsOf(statements).flatMap((group) => {
    if (!group.every(isSaid) || isCovered(group, run)) return [];
    const said = group.map(({ statement: { id, covered } }) => {
      return `${id} covers ${formatInstant(covered.from ?? 0n)} to ${formatInstant(covered.to ?? 0n)}`;
    });
    return [{ code: "window_not_covered" as const, detail: `${said.join(", ")}.` }];
  });
}
