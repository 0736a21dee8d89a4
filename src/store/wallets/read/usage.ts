import { type Kysely, sql } from "kysely";
import type { UsageId } from "../../../domain/ids.ts";
import type { Usage } from "../../../domain/spending/usage.ts";
import {
  type ClockName,
  type Page,
  type PageRequest,
  pageAt,
  positionIn,
  type TimeWindow,
} from "../../engine/read/page.ts";
import type { Database } from "../../schema.ts";
import { usageOf, usageRows } from "../usage.ts";

export interface UsageFilter extends TimeWindow {
  /** Of the window: when it occurred, as far as the app said so (the default), or when it was applied. */
  readonly clock?: ClockName | undefined;
}

export async function usageById(db: Kysely<Database>, id: UsageId): Promise<Usage | undefined> {
  const row = await usageRows(db).where("usage.id", "=", id).executeTakeFirst();
  return row === undefined ? undefined : usageOf(row);
}

/** Newest first. */
export async function listUsage(
  db: Kysely<Database>,
  { from, to, clock }: UsageFilter,
  page: PageRequest,
): Promise<Page<Usage>> {
  const time =
    clock === "posted"
      ? sql<bigint>`usage.applied_at`
      : sql<bigint>`coalesce(usage.occurred_at, usage.applied_at)`;
  const at = await positionIn(db, "usage", page);
  let query = usageRows(db)
    .where("usage.no", at.compare, at.no)
    .orderBy("usage.no", at.order)
    .limit(page.limit + 1);
  if (from !== undefined) query = query.where(time, ">=", from);
  if (to !== undefined) query = query.where(time, "<", to);
  return pageAt((await query.execute()).map(usageOf), page, ({ id }) => id);
}
