import { type Kysely, sql } from "kysely";
import type { Rendering, StoredEvent } from "../../domain/event.ts";
import type { EventId } from "../../domain/ids.ts";
import {
  ascending,
  insertNouns,
  insertRows,
  replaceNouns,
  type Session,
  selectByKeys,
  storable,
} from "../engine/statements.ts";
import type { Loaded, Numbers } from "../loaded.ts";
import type { Database, EventRow } from "../schema.ts";
import { eventNoun } from "./nouns/event.ts";

/** An event's row, with the bytes that it was applied from where those came after the first. */
type ReadRow = EventRow & { readonly later_body: Uint8Array | null };

/** Locked, since what is tried again must not be dismissed meanwhile by another process. */
const selectEvents = selectByKeys<string, ReadRow>(({ engine, trx }, ids) => {
  const rows = eventRows(trx).where("events.id", "in", ids);
  if (engine.rowLock === "") return rows;
  return rows.orderBy("events.id").modifyEnd(sql.raw(`${engine.rowLock} of events`));
});

/** What came at the event's own version came again, in bytes that could be read. */
export function eventRows(db: Kysely<Database>) {
  return db
    .selectFrom("events")
    .leftJoin("renderings as later", (join) =>
      join
        .onRef("later.event_no", "=", "events.no")
        .on("later.api_version", "=", sql<string>`coalesce(events.api_version, '')`),
    )
    .selectAll("events")
    .select("later.body as later_body");
}

const insertEvents = insertNouns("events", eventNoun);
const replaceEvents = replaceNouns("events", eventNoun, "no");

export async function loadEvents(session: Session, loaded: Loaded, ids: Iterable<EventId>): Promise<void> {
  const asked = new Map([...ids].map((id) => [storable(id) as string, id]));
  const rows = await selectEvents(session, asked.keys());
  for (const row of rows) {
    loaded.numbers.set(asked.get(row.id) ?? row.id, row.no);
    loaded.knownEvents.add(row.no);
  }
  loaded.books.load({ events: rows.map((row) => ({ ...eventOf(row), id: asked.get(row.id) as EventId })) });
}

export async function saveEvents(
  session: Session,
  numbers: Numbers,
  { added, changed }: { added: readonly StoredEvent[]; changed: readonly StoredEvent[] },
): Promise<void> {
  const byId = (a: StoredEvent, b: StoredEvent) => ascending(a.id, b.id);
  await insertEvents(session, numbers, added.toSorted(byId));
  await replaceEvents(session, numbers, changed.toSorted(byId));
}

/** Of what was neither read nor applied before, the last that could be read stands. */
const putRenderings = insertRows("renderings", { key: ["event_no", "api_version"], keep: [] });

export async function saveRenderings(
  session: Session,
  numbers: Numbers,
  renderings: readonly Rendering[],
): Promise<void> {
  const rows = renderings.map(({ eventId, apiVersion, body, receivedAt }) => ({
    event_no: numbers.of(eventId),
    api_version: apiVersion,
    body,
    received_at: receivedAt,
  }));
  await putRenderings(
    session,
    rows.sort((a, b) => ascending(a.event_no, b.event_no) || ascending(a.api_version, b.api_version)),
  );
}

export function eventOf(row: ReadRow): StoredEvent {
  return eventNoun.nounOf({ ...row, body: row.later_body ?? row.body });
}
