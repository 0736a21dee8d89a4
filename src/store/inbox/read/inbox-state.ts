import { type Kysely, sql } from "kysely";
import type { ProviderName } from "../../../domain/ids.ts";
import type { Instant } from "../../../domain/time.ts";
import type { Database } from "../../schema.ts";
import { amongOpen } from "./events.ts";

export interface EventTypeCount {
  readonly provider: ProviderName;
  readonly type: string;
  readonly count: bigint;
  readonly lastReceivedAt: Instant;
}

/** Which types the last `among` events were of, and when each came last. */
export async function eventTypes(db: Kysely<Database>, among: number): Promise<EventTypeCount[]> {
  const { rows } = await sql<EventTypeCount>`
    select provider, type, count(*) as "count", max(received_at) as "lastReceivedAt"
    from (select provider, type, received_at from events order by no desc limit ${BigInt(among)}) latest
    group by provider, type order by provider, type
  `.execute(db);
  return rows;
}

/** How many of the last `among` events were booked whose own id begins so. */
export async function bookedBeginning(
  db: Kysely<Database>,
  { prefix, among }: { readonly prefix: string; readonly among: number },
): Promise<bigint> {
  const { rows } = await sql<{ count: bigint }>`
    select count(*) as "count" from (
      select provider_event_id, outcome from events order by no desc limit ${BigInt(among)}
    ) latest
    where outcome in ('applied', 'waiting') and substr(provider_event_id, 1, ${sql.lit(prefix.length)}) = ${prefix}
  `.execute(db);
  return rows[0]?.count ?? 0n;
}

export interface OpenCount {
  readonly name: string;
  readonly count: bigint;
  readonly oldestAt: Instant;
}

/** Events that are not done with, by outcome, but for those that a person dismissed. Counted in their index: events are numbered as they are received. */
export async function openEvents(db: Kysely<Database>): Promise<OpenCount[]> {
  const { rows } = await sql<OpenCount>`
    select listed.outcome as name, listed."count", events.received_at as "oldestAt" from (
      select outcome, count(*) as "count", min(no) as no
      from events where ${amongOpen} and dismissed_at is null group by outcome
    ) listed join events on events.no = listed.no order by name
  `.execute(db);
  return rows;
}

export interface UnreadableEvents {
  readonly provider: ProviderName;
  /** Of the API that they were rendered at; `null` where the provider does not say. */
  readonly apiVersion: string | null;
  readonly count: bigint;
}

/** Parked for where they come from, or for what is not in them and cannot be had; all others are parked for what is in them. */
const readable = ["wrong_mode", "simulated", "thin_"];

/** Events that are parked because they could not be read, or disagree with themselves, but for those that a person dismissed. */
export async function unreadableEvents(db: Kysely<Database>): Promise<UnreadableEvents[]> {
  const { rows } = await sql<UnreadableEvents>`
    select provider, api_version as "apiVersion", count(*) as "count" from events
    where ${amongOpen} and outcome = 'parked' and dismissed_at is null
      and ${sql.join(
        readable.map((code) => sql`reason not like ${`${code}%`}`),
        sql` and `,
      )}
    group by provider, api_version order by provider, api_version
  `.execute(db);
  return rows;
}

export interface OpenDiscrepancies extends OpenCount {
  /** How many of them are due: the rest may still disappear by themselves. */
  readonly due: bigint;
}

/** Open discrepancies by kind. */
export async function openDiscrepancies(db: Kysely<Database>, now: Instant): Promise<OpenDiscrepancies[]> {
  const { rows } = await sql<OpenDiscrepancies>`
    select kind as name, count(*) as "count", count(*) filter (where coalesce(due_at, opened_at) <= ${now}) as due,
      min(at) as "oldestAt"
    from discrepancies where status = 'open' group by kind order by kind
  `.execute(db);
  return rows;
}

/** How long the last webhooks took to reach us, by both clocks; in nanoseconds, negative if they came before they were sent. */
export async function lastDelays(db: Kysely<Database>, among: number): Promise<bigint[]> {
  const { rows } = await sql<{ delay: bigint }>`
    select received_at - occurred_at as delay from events
    where origin = 'webhook' and occurred_at is not null order by no desc limit ${BigInt(among)}
  `.execute(db);
  return rows.map(({ delay }) => delay);
}
