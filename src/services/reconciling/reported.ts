import type { Discrepancy } from "../../domain/books.ts";
import type { DiscrepancyId } from "../../domain/ids.ts";
import { isSettledByPerson } from "../../domain/reconciling/conclude.ts";
import type { Level } from "../../domain/reconciling/level.ts";
import type { ReconciledRow } from "../../domain/reconciling/reconciled-row.ts";
import type { Run } from "../../domain/reconciling/run.ts";
import { discrepanciesByKeys } from "../../store/reconciling/read/reconciliations.ts";
import type { Services } from "../services.ts";
import { type Comparing, pageSize } from "./plan.ts";

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
  services: Services,
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
  const reported = await toldAt(services, run, { levels, keys });
  return rows.map((row) => {
    const told = reported.get(row.key) ?? reported.get(row.detail.object ?? "");
    if (row.class !== "missing_here" || told === undefined) return row;
    return { ...row, class: told.class, detail: { ...row.detail, reported_by: told.by } };
  });
}

/** Which of these names were told of at the levels of payouts' rows, and settled by a person everywhere. */
export async function settledNames(
  { services, run }: Pick<Comparing, "services" | "run">,
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  const levels = ["completeness", "settlement", "payout"] as const;
  const told = await toldAt(services, run, { levels, keys: names });
  return new Set(
    [...told].filter(([, { class: rowClass }]) => rowClass === "resolved").map(([name]) => name),
  );
}

/** What was found under these keys and stands; what is open outweighs what is settled. */
async function toldAt(
  { store }: Services,
  run: Run,
  { levels, keys }: { readonly levels: readonly Level[]; readonly keys: readonly string[] },
): Promise<ReadonlyMap<string, Told>> {
  const told = new Map<string, Told>();
  for (const level of levels) {
    for (const some of pieces([...new Set(keys)])) {
      for (const discrepancy of await discrepanciesByKeys(store.read, { ...run, level }, some)) {
        const by = toldBy(discrepancy);
        const key = discrepancy.row?.key ?? "";
        if (by !== null && told.get(key)?.class !== "reported") told.set(key, by);
      }
    }
  }
  return told;
}

function* pieces(keys: readonly string[]): Generator<readonly string[]> {
  for (let start = 0; start < keys.length; start += pageSize) yield keys.slice(start, start + pageSize);
}

interface Told {
  readonly class: "reported" | "resolved";
  readonly by: DiscrepancyId;
}

/** `null` of one that has disappeared. What a person settled there is settled here, too. */
function toldBy(discrepancy: Discrepancy): Told | null {
  if (discrepancy.status === "open") return { class: "reported", by: discrepancy.id };
  return isSettledByPerson(discrepancy) ? { class: "resolved", by: discrepancy.id } : null;
}
