import type { Kysely } from "kysely";
import type { Database } from "../schema.ts";

/** A part of a list, newest first: at most `limit` rows after the one named `after`. */
export interface PageRequest {
  readonly limit: number;
  /** The last row of the page before; `null` asks for the first page. */
  readonly after: string | null;
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Names the last row if there are more after it. */
  readonly next: string | null;
}

/** A page was asked for after a row that there is not. */
export class UnknownPosition extends Error {
  readonly code = "position_unknown";
  constructor() {
    super("The list has no such row to continue after.");
  }
}

/** A page made of one row more than was asked for, if there are as many. */
export function pageOf<Row>(
  rows: readonly Row[],
  { limit }: PageRequest,
  nameOf: (row: Row) => string,
): Page<Row> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { rows: shown, next: rows.length > limit && last !== undefined ? nameOf(last) : null };
}

type Listed =
  | "actions"
  | "events"
  | "charges"
  | "movements"
  | "entries"
  | "wallets"
  | "discrepancies"
  | "payouts"
  | "outbox"
  | "statements"
  | "usage"
  | "reconciliations";

/**
 * The internal number below which a page begins; rows are numbered in the order they came.
 * @throws UnknownPosition
 */
export async function numberBelow(
  db: Kysely<Database>,
  table: Listed,
  { after }: PageRequest,
): Promise<bigint> {
  if (after === null) return 2n ** 63n - 1n;
  const row = await db.selectFrom(table).select("no").where("id", "=", after).executeTakeFirst();
  if (row === undefined) throw new UnknownPosition();
  return row.no;
}

/** The position of a row that is counted within its wallet. @throws UnknownPosition */
export function ordinalOf(name: string): bigint {
  if (!/^\d{1,18}$/.test(name)) throw new UnknownPosition();
  return BigInt(name);
}

/** Whose clock a time is by: the provider's (or the app's), or ours. */
export type ClockName = "effective" | "posted";

/** Half-open: `from ≤ time < to`. */
export interface TimeWindow {
  readonly from?: bigint | undefined;
  readonly to?: bigint | undefined;
}
