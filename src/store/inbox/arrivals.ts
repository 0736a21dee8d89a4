import { sql } from "kysely";
import type { StoredEvent } from "../../domain/event.ts";
import type { EventId } from "../../domain/ids.ts";
import type { PutRows } from "../../domain/rows.ts";
import type { Instant } from "../../domain/time.ts";
import { ascending, type Session, selectByKeys } from "../engine/statements.ts";
import { lockedRows } from "../engine/transaction.ts";

const selectWaiting = selectByKeys<string, { no: bigint }>(({ trx }, ids) =>
  trx.selectFrom("events").select("no").where("id", "in", ids).where("outcome", "=", sql.lit("waiting")),
);

const selectTold = selectByKeys<bigint, { no: bigint }>((session, subjects) =>
  lockedRows(
    session,
    session.trx
      .selectFrom("events")
      .select("no")
      .where("outcome", "=", sql.lit("waiting"))
      .where(
        "no",
        "in",
        session.trx.selectFrom("facts").select("event_no").where("subject_no", "in", subjects),
      ),
    "no",
  ),
);

/**
 * Locks the events that wait and told of these charges, which deciding may find heard out. Where the charge came to be while
 * another process read, that one may hold such an event without its charge: it is waited for here, before anything is locked that
 * it may be waiting for.
 */
export async function lockWaiting(session: Session, subjects: Iterable<bigint>): Promise<void> {
  if (session.engine.rowLock !== "") await selectTold(session, subjects);
}

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
