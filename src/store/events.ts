import { type Kysely, sql } from "kysely";
import type { Rendering, StoredEvent, StoredOutcome } from "../domain/event.ts";
import type { EventId, ProviderName } from "../domain/ids.ts";
import type { Loaded, Numbers } from "./loaded.ts";
import type { Database, EventRow } from "./schema.ts";
import { ascending, insertRows, type Session, selectByKeys, storable } from "./statements.ts";

/** An event's row, with the bytes that it was applied from where those came after the first. */
type ReadRow = EventRow & { readonly later_body: Uint8Array | null };

const selectEvents = selectByKeys<string, ReadRow>(({ trx }, ids) =>
  eventRows(trx).where("events.id", "in", ids),
);

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

const insertEvents = insertRows("events");
const replaceEvents = insertRows("events", {
  key: "no",
  keep: ["id", "provider", "account", "provider_event_id", "body", "received_at"],
});

export async function loadEvents(session: Session, loaded: Loaded, ids: Iterable<EventId>): Promise<void> {
  const asked = new Map([...ids].map((id) => [storable(id) as string, id]));
  const rows = await selectEvents(session, asked.keys());
  for (const row of rows) loaded.numbers.set(asked.get(row.id) ?? row.id, row.no);
  loaded.books.load({ events: rows.map((row) => ({ ...eventOf(row), id: asked.get(row.id) as EventId })) });
}

export async function saveEvents(
  session: Session,
  numbers: Numbers,
  { added, changed }: { added: readonly StoredEvent[]; changed: readonly StoredEvent[] },
): Promise<void> {
  const rowsOf = (events: readonly StoredEvent[]) =>
    events.map((event) => eventRow(event, numbers.of(event.id))).sort((a, b) => ascending(a.id, b.id));
  await insertEvents(session, rowsOf(added));
  await replaceEvents(session, rowsOf(changed));
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

export function eventOf({ later_body, ...row }: ReadRow): StoredEvent {
  return {
    id: row.id as EventId,
    provider: row.provider as ProviderName,
    account: row.account,
    providerEventId: row.provider_event_id,
    type: row.type,
    apiVersion: row.api_version,
    otherVersions: JSON.parse(row.other_versions),
    origin: row.origin as StoredEvent["origin"],
    body: later_body ?? row.body,
    occurredAt: row.occurred_at,
    receivedAt: row.received_at,
    appliedAt: row.applied_at,
    outcome: row.outcome as StoredOutcome,
    reason: row.reason,
    attempts: Number(row.attempts),
    retryAt: row.retry_at,
  };
}

function eventRow(event: StoredEvent, no: bigint): EventRow {
  return {
    no,
    id: event.id,
    provider: event.provider,
    account: event.account,
    provider_event_id: event.providerEventId,
    type: event.type,
    api_version: event.apiVersion,
    other_versions: JSON.stringify(event.otherVersions),
    origin: event.origin,
    body: event.body,
    occurred_at: event.occurredAt,
    received_at: event.receivedAt,
    applied_at: event.appliedAt,
    outcome: event.outcome,
    reason: event.reason,
    attempts: BigInt(event.attempts),
    retry_at: event.retryAt,
  };
}
