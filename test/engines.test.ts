import { existsSync } from "node:fs";
import Database from "better-sqlite3";
import { sql } from "kysely";
import { systemClock } from "../src/domain/time.ts";
import { openStore } from "../src/store/store.ts";
import { engines, removeFreshDatabases } from "./support/engines.ts";
import { connectTo, sharedPostgresUrl } from "./support/postgres.ts";

const [sqlite, postgres] = engines;

test("each SQLite database is new, usable and removed afterwards", async () => {
  const urls = [await sqlite?.freshDatabaseUrl(), await sqlite?.emptyDatabaseUrl()];
  expect(new Set(urls).size).toBe(2);
  const file = String(urls[0]).slice("sqlite:".length);
  const database = new Database(file);
  expect(database.prepare("select 1 as one").get()).toEqual({ one: 1 });
  database.close();
  await removeFreshDatabases();
  expect(existsSync(file)).toBe(false);
});

test.each(engines)("a fresh database of $name is migrated already", async ({ freshDatabaseUrl }) => {
  const store = await openStore({
    databaseUrl: await freshDatabaseUrl(),
    migrate: false,
    clock: systemClock,
  });
  expect(await store.pendingMigrations()).toEqual([]);
  await store.close();
});

test("each PostgreSQL database is new, empty, in UTF-8 and removed afterwards", async () => {
  const urls = [await postgres?.emptyDatabaseUrl(), await postgres?.emptyDatabaseUrl()];
  expect(new Set(urls).size).toBe(2);
  const name = new URL(String(urls[0])).pathname.slice(1);
  const tables = "select count(*)::int as count from information_schema.tables where table_schema = 'public'";
  expect(await query(String(urls[0]), tables)).toEqual([{ count: 0 }]);
  expect(await query(String(urls[0]), "show server_encoding")).toEqual([{ server_encoding: "UTF8" }]);
  await removeFreshDatabases();
  expect(await query(sharedPostgresUrl(), `select 1 from pg_database where datname = '${name}'`)).toEqual([]);
});

test.each(engines)(
  "an integer that $name computes is read like one that it stores",
  async ({ freshDatabaseUrl }) => {
    const store = await openStore({
      databaseUrl: await freshDatabaseUrl(),
      migrate: false,
      clock: systemClock,
    });
    const { rows } = await sql`
    select case when count(*) >= 0 then 1 else 0 end as literal, count(*) as counted, sum(amount) as summed,
      coalesce(sum(cast(amount as bigint)), 0) as none
    from (select 2 as amount union all select 3) numbers
  `.execute(store.read);
    expect(rows).toEqual([{ literal: 1n, counted: 2n, summed: 5n, none: 5n }]);
    await store.close();
  },
);

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = await connectTo(url);
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
