import { type ExpressionBuilder, type Kysely, sql } from "kysely";
import type { Outcome, StoredEvent } from "../../../domain/event.ts";
import type { ChargeId, EventId } from "../../../domain/ids.ts";
import {
  type Page,
  type PageRequest,
  type Position,
  pageAt,
  positionIn,
  type TimeWindow,
} from "../../engine/read/page.ts";
import type { Database, EventRow } from "../../schema.ts";
import { eventOf, eventRows } from "../events.ts";

export { eventOf };

/** An event without the bytes it came in. */
export type EventSummary = Omit<StoredEvent, "body">;

export interface EventFilter extends TimeWindow {
  readonly provider?: string | undefined;
  readonly type?: string | undefined;
  /** One that no stored event has, such as `duplicate`, finds none. */
  readonly outcome?: Outcome | undefined;
  readonly dismissed?: boolean | undefined;
}

/** An event with the bytes it is read from: the first it came in, unless only later ones could be read. */
export async function storedEvent(db: Kysely<Database>, id: EventId): Promise<StoredEvent | undefined> {
  const row = await eventRows(db).where("events.id", "=", id).executeTakeFirst();
  return row === undefined ? undefined : eventOf(row);
}

/**
 * Of events that are not done with there is an index, in the words of which they are asked for, whichever of them are wanted; in
 * the order of {@link numberOfOpen}, since by their number alone all events would be gone through for these few.
 */
export const amongOpen = sql<boolean>`events.outcome in ('waiting', 'failed', 'parked')`;
export const numberOfOpen = sql<bigint>`(events.no + 0)`;

/**
 * Newest first; the window is over the provider's clock, or over ours where the provider's could not be read. Where nothing that is
 * asked for has an index, so many events are looked through for one page at most, and `next` (or `previous`) goes on from the last.
 */
export async function listEvents(
  db: Kysely<Database>,
  filter: EventFilter,
  page: PageRequest,
  most = Number.POSITIVE_INFINITY,
): Promise<Page<EventSummary> & { readonly lookedThrough: number | null }> {
  const at = await positionIn(db, "events", page);
  const { outcome } = filter;
  const isOpen = filter.dismissed === true || openOutcomes.some((name) => name === outcome);
  const isSifting =
    Number.isFinite(most) && !isOpen && Object.values(filter).some((word) => word !== undefined);
  const no = isOpen ? numberOfOpen : sql<bigint>`events.no`;
  let query = db
    .selectFrom("events")
    .select(summaryColumns)
    .where((eb) => eb.and(conditions(eb, filter)))
    .orderBy(no, at.order)
    .limit(page.limit + 1);
  query = isSifting
    ? query.where("events.no", "in", stretchOf(db, at, most))
    : query.where(no, at.compare, at.no);
  if (isOpen) query = query.where(amongOpen);
  const rows = await query.execute();
  const found = pageAt(rows.map(summaryOf), page, ({ id }) => id);
  if (!isSifting || rows.length > page.limit) return { ...found, lookedThrough: null };
  const last = await db
    .selectFrom("events")
    .select("id")
    .where("no", "in", stretchOf(db, at, 1, most - 1))
    .executeTakeFirst();
  if (last === undefined) return { ...found, lookedThrough: null };
  const end = (page.before ?? null) === null ? { next: last.id } : { previous: last.id };
  return { ...found, ...end, lookedThrough: most };
}

/** The next events by number, whatever they are like: their numbers alone. */
function stretchOf(db: Kysely<Database>, { compare, no, order }: Position, limit: number, offset = 0) {
  const next = db
    .selectFrom("events")
    .select("no")
    .where("no", compare, no)
    .orderBy("no", order)
    .limit(limit)
    .offset(offset);
  return db.selectFrom(next.as("next")).select("next.no");
}

/** That the same event was sent at another API version, and in how many bytes. */
export interface OtherRendering {
  readonly apiVersion: string;
  readonly receivedAt: bigint;
  readonly size: bigint;
}

export async function renderingsOf(db: Kysely<Database>, event: string): Promise<OtherRendering[]> {
  const { rows } = await sql<OtherRendering>`
    select api_version as "apiVersion", received_at as "receivedAt", cast(length(body) as bigint) as size
    from renderings where event_no = (select no from events where id = ${event}) order by api_version
  `.execute(db);
  return rows.map((row) => ({ ...row, size: BigInt(row.size) }));
}

/** Where the facts of a charge are filed. */
const filedUnder = sql<bigint>`coalesce(charges.dossier_no, charges.no)`;

/** The events that a charge is folded from, in the order they came. */
export async function eventsOfCharge(db: Kysely<Database>, charge: ChargeId): Promise<EventSummary[]> {
  const rows = await db
    .selectFrom("events")
    .select(summaryColumns)
    .where("no", "in", (eb) =>
      eb
        .selectFrom("facts")
        .innerJoin("charges", (join) => join.on("facts.subject_no", "=", filedUnder))
        .select("facts.event_no")
        .where("charges.id", "=", charge),
    )
    .orderBy("no")
    .execute();
  return rows.map(summaryOf);
}

/** The charges that an event says something of: by the charge its facts are filed under, or by its dossier. */
export async function chargesOfEvent(db: Kysely<Database>, event: EventId): Promise<ChargeId[]> {
  const subjects = sql`select subject_no from facts where event_no = (select no from events where id = ${event})`;
  const { rows } = await sql<{ id: ChargeId }>`
    select id from charges where no in (${subjects}) and dossier_no is null and merged_into_no is null
    union select id from charges where dossier_no in (${subjects}) and merged_into_no is null
    order by id
  `.execute(db);
  return rows.map(({ id }) => id);
}

const openOutcomes = ["waiting", "failed", "parked"] as const;

const summaryColumns = [
  "id",
  "provider",
  "account",
  "provider_event_id",
  "type",
  "api_version",
  "other_versions",
  "origin",
  "occurred_at",
  "received_at",
  "applied_at",
  "outcome",
  "reason",
  "attempts",
  "retry_at",
  "dismissed_at",
  "dismissed_reason",
] as const;

function conditions(eb: ExpressionBuilder<Database, "events">, filter: EventFilter) {
  const occurredAt = sql<bigint>`coalesce(occurred_at, received_at)`;
  return [
    ...(filter.provider === undefined ? [] : [eb("provider", "=", filter.provider)]),
    ...(filter.type === undefined ? [] : [eb("type", "=", filter.type)]),
    ...(filter.outcome === undefined ? [] : [eb(eb.ref("outcome").$castTo<string>(), "=", filter.outcome)]),
    ...(filter.dismissed === undefined ? [] : [eb("dismissed_at", filter.dismissed ? "is not" : "is", null)]),
    ...(filter.from === undefined ? [] : [eb(occurredAt, ">=", filter.from)]),
    ...(filter.to === undefined ? [] : [eb(occurredAt, "<", filter.to)]),
  ];
}

function summaryOf(row: Pick<EventRow, (typeof summaryColumns)[number]>): EventSummary {
  const { body, ...summary } = eventOf({ ...row, no: 0n, body: noBytes, later_body: null });
  return summary;
}

const noBytes = new Uint8Array();
