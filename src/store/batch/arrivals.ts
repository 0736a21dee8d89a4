import { sql } from "kysely";
import type { StoredEvent } from "../../domain/event.ts";
import type { EventId } from "../../domain/ids.ts";
import type { PutRows } from "../../domain/rows.ts";
import type { Instant } from "../../domain/time.ts";
import { ascending, type Session, selectByKeys } from "../engine/statements.ts";

const selectWaiting = selectByKeys<string, { no: bigint }>(({ trx }, ids) =>
  trx.selectFrom("events").select("no").where("id", "in", ids).where("outcome", "=", sql.lit("waiting")),
);

/** Events that waited for the document of a charge are applied: their effects were taken with the document's. */
export async function applyWaiting(
  session: Session,
  heardOut: ReadonlySet<EventId>,
  events: PutRows<StoredEvent>,
  now: Instant,
): Promise<void> {
  // Most charges arrive with their first event, and then nothing can have waited.
  const done = new Set(events.added.flatMap(({ id, outcome }) => (outcome === "waiting" ? [] : [id])));
  const waiting = await selectWaiting(
    session,
    [...heardOut].filter((id) => !done.has(id)),
  );
  for (const no of [...new Set(waiting.map((row) => row.no))].sort(ascending)) {
    await session.trx
      .updateTable("events")
      .set({ outcome: "applied", reason: null, applied_at: now, retry_at: null })
      .where("no", "=", no)
      .execute();
  }
}
