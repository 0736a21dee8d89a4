import { type Kysely, sql } from "kysely";
import type { EventId } from "../../domain/ids.ts";
import type { Instant } from "../../domain/time.ts";
import type { Database } from "../schema.ts";

/** A failed event whose next try is due. */
export interface DueEvent {
  readonly no: bigint;
  readonly id: EventId;
}

/** Failed events that are due, in the order they came, after the one numbered `after`. */
export async function dueEvents(
  db: Kysely<Database>,
  { now, after, limit }: { readonly now: Instant; readonly after: bigint; readonly limit: number },
): Promise<DueEvent[]> {
  const rows = await db
    .selectFrom("events")
    .select(["no", "id"])
    // A literal, so that the index of open events is used.
    .where("outcome", "=", sql.lit("failed"))
    .where("retry_at", "<=", now)
    .where("no", ">", after)
    .orderBy("no")
    .limit(limit)
    .execute();
  return rows.map(({ no, id }) => ({ no, id: id as EventId }));
}
