import { hash } from "node:crypto";
import { type Kysely, sql } from "kysely";
import type { StoredEvent } from "../../../domain/event.ts";
import { type Contested, nothingContested } from "../../../domain/facts/claims.ts";
import type { Fact } from "../../../domain/facts/facts.ts";
import type { ChargeId, DiscrepancyId, EntryId, EventId, PayoutId, WalletId } from "../../../domain/ids.ts";
import type { NumberRange } from "../../engine/read/page.ts";
import { eventOf, eventRows } from "../../inbox/events.ts";
import { factIn } from "../../inbox/nouns/fact.ts";
import type { Database } from "../../schema.ts";

/** A stretch of rows by their internal numbers: an audit reads piece by piece, so that nobody waits for it. */
export interface Stretch<Id extends string> {
  readonly ids: readonly Id[];
  readonly numbers: readonly bigint[];
  /** Exclusive below, inclusive above. */
  readonly after: bigint;
  readonly upTo: bigint;
}

interface AuditedIds {
  readonly charges: ChargeId;
  readonly events: EventId;
  readonly entries: EntryId;
  readonly payouts: PayoutId;
  readonly wallets: WalletId;
  readonly discrepancies: DiscrepancyId;
  /** By their paths. */
  readonly accounts: string;
}

/** How many statement lines the wallets of one stretch may have, unless one alone has more. */
const mostLines = 10_000n;

/** The next rows of a table after a number; `null` at the end. Fewer where much belongs to them. */
export async function nextStretch<Table extends keyof AuditedIds>(
  db: Kysely<Database>,
  table: Table,
  after: bigint,
  size: number,
): Promise<Stretch<AuditedIds[Table]> | null> {
  const weight = sql.raw(table === "wallets" ? "seq" : "0");
  const id = sql.raw(table === "accounts" ? "path as id" : "id");
  const { rows } = await sql<{ no: bigint; id: string; weight: bigint | number }>`
    select no, ${id}, ${weight} as weight from ${sql.table(table)} where no > ${after} order by no limit ${BigInt(size)}
  `.execute(db);
  let total = 0n;
  const stretch = rows.filter((row, index) => {
    total += BigInt(row.weight);
    return index === 0 || total <= mostLines;
  });
  const last = stretch.at(-1);
  if (last === undefined) return null;
  const ids = stretch.map(({ id }) => id as AuditedIds[Table]);
  return { ids, numbers: stretch.map(({ no }) => no), after, upTo: last.no };
}

/** An event, with the facts that were stored of it, as they were said. */
export interface AuditedEvent {
  readonly event: StoredEvent;
  readonly facts: readonly Fact[];
  /** Of each fact, in the same order: when it was heard, and what is kept as standing against it. */
  readonly heard: readonly HeardFact[];
  /** The same event as it was sent at other API versions. */
  readonly renderings: readonly Uint8Array[];
}

export interface HeardFact {
  readonly heard: bigint;
  readonly contested: Contested;
}

export async function eventsWithFacts(
  db: Kysely<Database>,
  { after, upTo }: NumberRange,
): Promise<AuditedEvent[]> {
  const events = await eventRows(db).where("events.no", ">", after).where("events.no", "<=", upTo).execute();
  const facts = await db
    .selectFrom("facts")
    .select(["event_no", "body", "contested", "heard"])
    .where("event_no", ">", after)
    .where("event_no", "<=", upTo)
    .orderBy("event_no")
    .orderBy("subject_no")
    .orderBy("position")
    .execute();
  const renderings = await db
    .selectFrom("renderings")
    .select(["event_no", "api_version", "body"])
    .where("event_no", ">", after)
    .where("event_no", "<=", upTo)
    .execute();
  const others = Map.groupBy(renderings, (rendering) => rendering.event_no);
  const byEvent = Map.groupBy(facts, (fact) => fact.event_no);
  return events.map((row) => ({
    event: eventOf(row),
    facts: (byEvent.get(row.no) ?? []).map(({ body }) => factIn<Fact>(body)),
    heard: (byEvent.get(row.no) ?? []).map(({ heard, contested }) => ({
      heard,
      contested: contested === null ? nothingContested : (JSON.parse(contested) as Contested),
    })),
    renderings: (others.get(row.no) ?? []).flatMap(({ api_version, body }) =>
      api_version === (row.api_version ?? "") ? [] : [body],
    ),
  }));
}

/** The hashes of those of these discrepancies that stand: listed as open, or settled by a person. */
export async function discrepancyHashes(
  db: Kysely<Database>,
  ids: readonly DiscrepancyId[],
): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom("discrepancies")
    .select(["id", "hash"])
    .where("id", "in", ids)
    .where((eb) => eb.or([eb("status", "=", "open"), eb("resolution", "<>", "disappeared")]))
    .execute();
  return new Map(rows.map(({ id, hash }) => [id, hash]));
}

/** Versions of the policy whose text is not the one they were stored as. */
export async function forgedPolicies(db: Kysely<Database>): Promise<string[]> {
  const rows = await db.selectFrom("policies").select(["version", "hash", "body"]).execute();
  return rows
    .filter((row) => hash("sha256", row.body, "hex") !== row.hash)
    .map(({ version }) => version.toString());
}

/** Whether any of the tables that grow with the traffic has more rows than that. */
export async function isLargerThan(db: Kysely<Database>, rows: number): Promise<boolean> {
  for (const table of ["events", "entries", "usage"] as const) {
    const beyond = await db
      .selectFrom(table)
      .select("no")
      .orderBy("no")
      .limit(1)
      .offset(rows)
      .executeTakeFirst();
    if (beyond !== undefined) return true;
  }
  return false;
}
