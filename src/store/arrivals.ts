import { sql } from "kysely";
import type { Instant } from "../domain/time.ts";
import type { Loaded } from "./loaded.ts";
import { ascending, type Session, selectByKeys } from "./statements.ts";

/** Waiting events whose facts all belong to charges that are seen by now. */
const selectReadyEvents = selectByKeys<bigint, { no: bigint }>(({ trx }, charges) =>
  trx
    .selectFrom("events")
    .innerJoin("facts", "facts.event_no", "events.no")
    .select("events.no")
    .where("facts.subject_no", "in", charges)
    .where("events.outcome", "=", sql.lit("waiting"))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("facts as other")
            .innerJoin("charges", (join) =>
              join.on(({ eb, or, ref }) =>
                or([
                  eb("charges.no", "=", ref("other.subject_no")),
                  eb("charges.dossier_no", "=", ref("other.subject_no")),
                ]),
              ),
            )
            .select("other.position")
            .whereRef("other.event_no", "=", "events.no")
            .where("charges.kind", "=", sql.lit("unseen"))
            .where("charges.merged_into_no", "is", null),
        ),
      ),
    ),
);

/** Events that waited for the document of these charges are applied: their effects were taken with the document's. */
export async function applyWaiting(
  session: Session,
  { books, charges, numbers }: Loaded,
  now: Instant,
): Promise<void> {
  const { events } = books.changes();
  const waitingNow = [...events.added, ...events.changed].some((event) => event.outcome === "waiting");
  // Most charges arrive with their first event: then nothing can have waited, unless it came in the same batch.
  const awaited = [...books.arrived].filter((id) => waitingNow || charges.has(id));
  const ready = await selectReadyEvents(
    session,
    awaited.map((id) => numbers.of(id)),
  );
  for (const no of [...new Set(ready.map((row) => row.no))].sort(ascending)) {
    await session.trx
      .updateTable("events")
      .set({ outcome: "applied", reason: null, applied_at: now, retry_at: null })
      .where("no", "=", no)
      .execute();
  }
}
