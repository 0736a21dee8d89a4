import type { StatementId } from "../../domain/ids.ts";
import { type AgeingGroup, dueOf } from "../../domain/reconciling/ages.ts";
import type { RowClass } from "../../domain/reconciling/level.ts";
import type { Run } from "../../domain/reconciling/run.ts";
import type { ProviderReport, ReportRow } from "../../domain/reconciling/statement.ts";
import type { Instant } from "../../domain/time.ts";
import type { Page, PageRequest } from "../../store/engine/read/page.ts";
import type { ListedDiscrepancy } from "../../store/reconciling/nouns/discrepancy.ts";
import type { KeptRow } from "../../store/reconciling/nouns/run.ts";
import {
  type DiscrepancyFilter,
  discrepanciesByDue,
  findDiscrepancy,
} from "../../store/reconciling/read/discrepancies.ts";
import {
  type DiscrepancyStep,
  findRun,
  listReconciledRows,
  stepsOfDiscrepancy,
} from "../../store/reconciling/read/reconciliations.ts";
import { type LineReason, lineReasons, listReportRows } from "../../store/reconciling/read/statement-rows.ts";
import { findStatement } from "../../store/reconciling/read/statements.ts";
import type { Services } from "../services.ts";

export async function readRun({ store }: Services, id: string): Promise<Run | undefined> {
  return (await findRun(store.read, id))?.run;
}

/** Of one run, by key; `undefined` if there is no such run. */
export async function readRunRows(
  { store }: Services,
  id: string,
  filter: { readonly class?: RowClass | undefined },
  page: PageRequest,
): Promise<Page<KeptRow> | undefined> {
  const found = await findRun(store.read, id);
  if (found === null) return undefined;
  const { id: runId, level } = found.run;
  return listReconciledRows(store.read, { no: found.no, of: { runId, level } }, filter, page);
}

/** A statement, and why some of its lines are not included. */
export interface StatementDetail {
  readonly statement: ProviderReport;
  readonly reasons: readonly LineReason[];
}

type Reading = Pick<Services, "store">;

export async function readReport({ store }: Reading, id: StatementId): Promise<StatementDetail | undefined> {
  const found = await findStatement(store.read, id);
  if (found === undefined) return undefined;
  return { statement: found.statement, reasons: await lineReasons(store.read, found.no) };
}

/** In the order of the report; `undefined` if there is no such statement. */
export async function readStatementLines(
  { store }: Reading,
  id: StatementId,
  filter: { readonly status?: ReportRow["status"] | undefined },
  page: PageRequest,
): Promise<Page<ReportRow> | undefined> {
  const found = await findStatement(store.read, id);
  return found === undefined ? undefined : listReportRows(store.read, found.no, filter, page);
}

export interface DiscrepancyDetail {
  readonly discrepancy: ListedDiscrepancy;
  readonly steps: readonly DiscrepancyStep[];
}

/** What should have agreed for the longest time first, of an age or of all. */
export function readDiscrepanciesByDue(
  { store }: Services,
  { age, ...filter }: DiscrepancyFilter & { readonly age?: AgeingGroup | undefined },
  { now, ...page }: { readonly limit: number; readonly after: string | null; readonly now: Instant },
): Promise<{ readonly rows: readonly ListedDiscrepancy[]; readonly next: string | null }> {
  return discrepanciesByDue(store.read, { ...filter, ...(age === undefined ? {} : dueOf(age, now)) }, page);
}

export async function readDiscrepancy(
  { store }: Services,
  id: string,
): Promise<DiscrepancyDetail | undefined> {
  const [discrepancy, steps] = await Promise.all([
    findDiscrepancy(store.read, id),
    stepsOfDiscrepancy(store.read, id),
  ]);
  return discrepancy === undefined ? undefined : { discrepancy, steps };
}
