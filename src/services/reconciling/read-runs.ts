import type { RowClass } from "../../domain/reconciling/level.ts";
import type { Run } from "../../domain/reconciling/run.ts";
import type { Page, PageRequest } from "../../store/engine/read/page.ts";
import type { KeptRow } from "../../store/reconciling/nouns/run.ts";
import { findRun, listReconciledRows } from "../../store/reconciling/read/reconciliations.ts";
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
