import { type Kysely, sql } from "kysely";
import type { EventId } from "../../../domain/ids.ts";
import type { Instant } from "../../../domain/time.ts";
import type { Database } from "../../schema.ts";
import { amongOpen, numberOfOpen } from "./events.ts";

/** An event whose next try is due. */
export interface DueEvent {
  readonly no: bigint;
  readonly id: EventId;
}

interface Asked {
  readonly now: Instant;
  readonly after: bigint;
  readonly limit: number;
}

/** Failed events that are due, in the order they came, after the one numbered `after`. */
export function dueEvents(db: Kysely<Database>, asked: Asked): Promise<DueEvent[]> {
  return due(db, "failed", asked);
}

/** The same of those that wait for the object that they name: only they have a time to be tried again. */
export function dueThinEvents(
  db: Kysely<Database>,
  { provider, ...asked }: Asked & { readonly provider: string },
): Promise<DueEvent[]> {
  return due(db, "waiting", asked, provider);
}

async function due(
  db: Kysely<Database>,
  outcome: "failed" | "waiting",
  { now, after, limit }: Asked,
  provider: string | null = null,
): Promise<DueEvent[]> {
  const rows = await db
    .selectFrom("events")
    .select(["no", "id"])
    .where(amongOpen)
    .where("outcome", "=", outcome)
    .where("retry_at", "<=", now)
    .where(numberOfOpen, ">", after)
    .$if(provider !== null, (query) => query.where("provider", "=", provider as string))
    .orderBy(numberOfOpen)
    .limit(limit)
    .execute();
  return rows.map(({ no, id }) => ({ no, id: id as EventId }));
}

/** Events that were parked because there was no key to ask for their objects with; `isOpen`: and that nobody dismissed. */
export async function thinWithoutKey(
  db: Kysely<Database>,
  { provider, limit, isOpen = false }: { provider: string; limit: number; isOpen?: boolean },
): Promise<DueEvent[]> {
  const rows = await db
    .selectFrom("events")
    .select(["no", "id"])
    // In the words of the index of them.
    .where("outcome", "=", sql.lit("parked"))
    .where(sql<boolean>`substr(reason, 1, 11) = 'thin_event:'`)
    .where("provider", "=", provider)
    .$if(isOpen, (query) => query.where("dismissed_at", "is", null))
    .orderBy("no")
    .limit(limit)
    .execute();
  return rows.map(({ no, id }) => ({ no, id: id as EventId }));
}
