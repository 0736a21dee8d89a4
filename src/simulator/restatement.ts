import type { OwnProvider } from "../domain/ids.ts";
import type { Json } from "../testing/written.ts";

/** One row of a provider's list or report, as its API writes it. */
export type StatedRow = Readonly<Record<string, Json>>;

/** A provider states one row of a list otherwise than it is: changed, twice, or not at all. */
export interface Restatement {
  readonly provider: OwnProvider;
  /** As the API's path has it; `payout_reconciliation` is Paddle's report, which no list is behind. */
  readonly list: string;
  readonly key: string;
  restate(row: StatedRow): readonly StatedRow[];
}

/** The rows of a list as the provider states them. */
export function restated(
  restatements: readonly Restatement[],
  {
    provider,
    list,
    key = "id",
  }: { readonly provider: OwnProvider; readonly list: string; readonly key?: string },
  rows: readonly StatedRow[],
): readonly StatedRow[] {
  const own = restatements.filter((one) => one.provider === provider && one.list === list);
  if (own.length === 0) return rows;
  return own.reduce(
    (stated, one) => stated.flatMap((row) => (row[key] === one.key ? one.restate(row) : [row])),
    rows,
  );
}
