import Database from "better-sqlite3";
import pg from "pg";
import { systemClock } from "../../src/domain/time.ts";
import { receive } from "../../src/services/inbox/receive.ts";
import type { Composition } from "../../src/tallyhook.ts";
import type { SignedEvents } from "./signed-events.ts";

const inFlight = 64;
/** One of each customer. */
const seeds = 1_000;

interface Filled {
  readonly charges: number;
  open(): Promise<Composition>;
}

/** Stores a thousand charges as they are received, and then as many again until there are so many. */
export async function fillBooks(
  databaseUrl: string,
  events: SignedEvents,
  { charges, open }: Filled,
): Promise<void> {
  const seeding = await open();
  await deliver(seeding, events, seeds);
  await seeding.close();
  if (databaseUrl.startsWith("sqlite:")) multiplySqlite(databaseUrl.slice("sqlite:".length), charges / seeds);
  else await multiplyPostgres(databaseUrl, charges / seeds);
}

export async function deliver({ services }: Composition, events: SignedEvents, count: number): Promise<void> {
  const signed = Array.from({ length: count }, () => events.next());
  const client = async () => {
    for (let event = signed.pop(); event !== undefined; event = signed.pop()) {
      const delivery = { provider: "paddle", ...event, receivedAt: systemClock.now() } as const;
      const received = await receive(services, delivery);
      if (received.kind !== "accepted" || received.outcome !== "applied")
        throw new Error(JSON.stringify(received));
    }
  };
  await Promise.all(Array.from({ length: inFlight }, client));
}

interface Terms {
  /** By how much the numbers of one copy lie beyond those of the one before. */
  readonly stride: bigint;
  readonly times: number;
  /** The same in words of the engine: a name of a copy's own, an empty body. */
  readonly random: (prefix: string) => string;
  readonly emptyBody: string;
}

type Columns = (table: string) => readonly string[];

/**
 * What stores what is there again and again, under numbers and names of its own: as many events, charges, entries and lines as if
 * all had been received, but for the bytes of the bodies. `times` is the table of the copies' numbers, `n`.
 */
function* copies(columns: Columns, { stride, times, random, emptyBody }: Terms): Generator<string> {
  const again = (table: string, changed: Readonly<Record<string, string>>) => {
    const names = columns(table);
    const values = names.map((name) => changed[name] ?? name);
    return `insert into ${table} (${names}) select ${values} from ${table} cross join times where true on conflict do nothing`;
  };
  const moved = (column: string) => ({ [column]: `${column} + n * ${stride}` });
  const renamed = (column: string) => ({ [column]: `${column} || 'x' || n` });
  yield again("events", {
    ...moved("no"),
    ...renamed("id"),
    ...renamed("provider_event_id"),
    body: emptyBody,
  });
  yield again("charges", { ...moved("no"), ...renamed("ref"), id: random("chg") });
  yield again("facts", { ...moved("subject_no"), ...moved("event_no"), body: "'[]'" });
  yield again("claims", renamed("name"));
  yield again("entries", { ...moved("no"), ...moved("charge_no"), ...moved("event_no") });
  yield again("postings", moved("entry_no"));
  yield again("wallet_lines", {
    seq: "seq + n",
    ...moved("charge_no"),
    ...moved("entry_no"),
    ...moved("event_no"),
  });
  yield again("lots", { ordinal: "ordinal + n", ...moved("charge_no"), remaining: "0" });
  yield again("outbox", { ...moved("no"), status: "'delivered'" });
  yield `update wallets set seq = seq + ${times - 1}, lot_count = lot_count + ${times - 1}`;
}

function multiplySqlite(file: string, times: number): void {
  const database = new Database(file);
  // What is broken off is filled anew: there is nothing to roll back to, and nothing is written twice.
  database.pragma("journal_mode = off");
  database.pragma("synchronous = off");
  database.pragma("foreign_keys = off");
  database.pragma("cache_size = -400000");
  const { next: stride } = database.prepare("select next from numbers").safeIntegers().get() as {
    next: bigint;
  };
  // Filled row by row an index of random names takes most of the time; made at the end it is sorted once.
  const indexes = database
    .prepare("select name, sql from sqlite_master where type = 'index' and sql is not null")
    .all() as { name: string; sql: string }[];
  for (const { name } of indexes) database.exec(`drop index ${name}`);
  database.exec(
    `create temp table times as with recursive k(n) as (select 1 union all select n + 1 from k where n < ${times - 1}) select n from k`,
  );
  const columns = (table: string) =>
    (database.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name);
  const random = (prefix: string) => `'${prefix}_' || lower(hex(randomblob(12)))`;
  for (const statement of copies(columns, { stride, times, random, emptyBody: "x'7b7d'" }))
    database.exec(statement);
  database.exec(`update numbers set next = ${stride} * ${times}`);
  for (const { sql } of indexes) database.exec(sql);
  database.exec("analyze");
  database.pragma("journal_mode = wal");
  database.close();
}

async function multiplyPostgres(url: string, times: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const rowsOf = async (sql: string) => (await client.query<Record<string, string>>(sql)).rows;
  const run = (sql: string) => client.query(sql);
  await run("set synchronous_commit = off");
  await run("set maintenance_work_mem = '256MB'");
  const [{ last = "0" } = {}] = await rowsOf("select last_value as last from numbers");
  const stride = BigInt(last) + 64n;
  const indexes = await rowsOf(
    `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as sql from pg_index
     join pg_class on pg_class.oid = indexrelid where relnamespace = 'public'::regnamespace
     and not exists (select from pg_constraint where conindid = indexrelid)`,
  );
  for (const { name } of indexes) await run(`drop index ${name}`);
  await run(`create temp table times as select n::bigint from generate_series(1, ${times - 1}) as n`);
  const known = await rowsOf(
    "select table_name, column_name from information_schema.columns where table_schema = 'public' order by ordinal_position",
  );
  const columns = (table: string) =>
    known.flatMap(({ table_name, column_name = "" }) => (table_name === table ? [column_name] : []));
  const random = (prefix: string) => `'${prefix}_' || substr(md5(random()::text), 1, 24)`;
  for (const statement of copies(columns, { stride, times, random, emptyBody: "'{}'::bytea" }))
    await run(statement);
  await run(`select setval('numbers', ${stride} * ${times})`);
  for (const { sql = "" } of indexes) await run(sql);
  await run("vacuum analyze");
  await client.end();
}
