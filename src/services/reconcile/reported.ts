import type { Level } from "../../domain/matching/level.ts";
import type { ReconciledRow } from "../../domain/matching/reconciled-row.ts";
import type { Run } from "../../domain/matching/run.ts";
import { discrepanciesByKeys } from "../../store/read/reconciliations.ts";
import type { Services } from "../services.ts";

/** Where a level's rows may be explained by what another one has found already. */
const explainedBy: Partial<Record<Level, readonly Level[]>> = {
  settlement: ["completeness"],
  payout: ["completeness", "settlement"],
};

/**
 * A row of something we never heard of is one cause, not one for each level: where it is reported already, by its own key or
 * by that of its object, it is told as such and opens nothing more.
 */
export async function reportedElsewhere(
  { store }: Services,
  run: Run,
  rows: readonly ReconciledRow[],
): Promise<readonly ReconciledRow[]> {
  const levels = explainedBy[run.level] ?? [];
  const missing = rows.filter((row) => row.class === "missing_here");
  if (levels.length === 0 || missing.length === 0) return rows;
  const keys = missing.flatMap(({ key, detail }) => [
    key,
    ...(detail.object === undefined ? [] : [detail.object]),
  ]);
  const reported = new Map<string, string>();
  for (const level of levels) {
    const found = await discrepanciesByKeys(store.read, { ...run, level }, [...new Set(keys)]);
    for (const { id, status, row } of found) if (status === "open" && row !== null) reported.set(row.key, id);
  }
  return rows.map((row) => {
    const by = reported.get(row.key) ?? reported.get(row.detail.object ?? "");
    if (row.class !== "missing_here" || by === undefined) return row;
    return { ...row, class: "reported", detail: { ...row.detail, reported_by: by } };
  });
}
