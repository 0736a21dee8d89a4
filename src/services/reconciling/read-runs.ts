import { differencesOf, hashOf } from "../../domain/reconciling/conclude.ts";
import type { RowClass } from "../../domain/reconciling/level.ts";
import type { Stated } from "../../domain/reconciling/reconciled-row.ts";
import type { Run } from "../../domain/reconciling/run.ts";
import type { Page, PageRequest } from "../../store/engine/read/page.ts";
import {
  findRun,
  listReconciledRows,
  type KeptRow as StoredRow,
} from "../../store/reconciling/read/reconciliations.ts";
import type { Services } from "../services.ts";

export interface ShownRow extends StoredRow {
  readonly differences: readonly Stated[];
  /** Changes when either side does. */
  readonly hash: string;
}

export async function readRun({ store }: Services, id: string): Promise<Run | undefined> {
  return (await findRun(store.read, id))?.run;
}

/** Of one run, by key; `undefined` if there is no such run. */
export async function readRunRows(
  { store }: Services,
  id: string,
  filter: { readonly class?: RowClass | undefined },
  page: PageRequest,
): Promise<Page<ShownRow> | undefined> {
  const found = await findRun(store.read, id);
  if (found === null) return undefined;
  const of = { no: found.no, level: found.run.level };
  const { rows, next } = await listReconciledRows(store.read, of, filter, page);
  return { rows: rows.map((row) => ({ ...row, differences: differencesOf(row), hash: hashOf(row) })), next };
}
