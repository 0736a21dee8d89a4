import Database from "better-sqlite3";
import { readConfig } from "../../src/config.ts";
import { systemClock } from "../../src/domain/time.ts";
import { openStore, type StoreOptions } from "../../src/store/store.ts";
import { migrateDatabase } from "../../src/tallyhook.ts";
import { keys, seed, startTallyhook } from "../http/running.ts";
import { engines } from "../support/engines.ts";
import { connectTo } from "../support/postgres.ts";

/** Runs statements of another program, and gives the rows of the last. */
async function elsewhere(url: string, ...statements: string[]): Promise<unknown[]> {
  if (url.startsWith("sqlite:")) {
    const database = new Database(url.slice("sqlite:".length));
    const rows = statements.map((statement) =>
      /^select/.test(statement) ? database.prepare(statement).all() : database.exec(statement) && [],
    );
    database.close();
    return rows.at(-1) ?? [];
  }
  const client = await connectTo(url);
  try {
    const results = [];
    for (const statement of statements) results.push(await client.query(statement));
    return results.at(-1)?.rows ?? [];
  } finally {
    await client.end();
  }
}

const opened = async (options: Pick<StoreOptions, "databaseUrl"> & Partial<StoreOptions>) => {
  const store = await openStore({ migrate: true, clock: systemClock, ...options });
  const pending = await store.pendingMigrations();
  await store.close();
  return pending;
};

describe.each(engines)("a database of another program on $name", ({ name, emptyDatabaseUrl }) => {
  const remedy = name === "postgres" ? "DATABASE_SCHEMA names one of its own" : "name a file of its own";

  test("is refused, with what it holds, and left as it was", async () => {
    const databaseUrl = await emptyDatabaseUrl();
    await elsewhere(databaseUrl, "create table users (id text)", "insert into users values ('ada')");
    const refused = `it holds tables that are not ours: users; ${remedy}, or MIGRATE=beside lets them be`;
    await expect(opened({ databaseUrl })).rejects.toMatchObject({
      code: "database_not_ours",
      message: refused,
    });
    await expect(migrateDatabase(readConfig({ DATABASE_URL: databaseUrl }))).rejects.toThrow(
      `DATABASE_URL: cannot be migrated (${refused})`,
    );
    expect(await elsewhere(databaseUrl, "select id from users")).toEqual([{ id: "ada" }]);
    await expect(elsewhere(databaseUrl, "select name from migrations")).rejects.toThrow();
  });

  test("takes ours beside its own where that is said", async () => {
    const databaseUrl = await emptyDatabaseUrl();
    await elsewhere(databaseUrl, "create table users (id text)");
    expect(await migrateDatabase(readConfig({ DATABASE_URL: databaseUrl, MIGRATE: "beside" }))).toContain(
      "0001-baseline",
    );
    // From then on they are ours, whoever else is there.
    expect(await opened({ databaseUrl })).toEqual([]);
  });

  test.each(["events", "migrations"])(
    "is refused in any case if a table of it is called %s",
    async (table) => {
      const databaseUrl = await emptyDatabaseUrl();
      await elsewhere(databaseUrl, `create table ${table} (id text)`);
      const refused = `it holds tables of others that are called as ours are: ${table}; ${remedy}`;
      await expect(opened({ databaseUrl, beside: true })).rejects.toThrow(refused);
      await expect(opened({ databaseUrl })).rejects.toThrow(refused);
    },
  );
});

describe("on PostgreSQL", () => {
  const [, postgres] = engines;
  const newUrl = async () => String(await postgres?.emptyDatabaseUrl());

  test("a schema of its own is made, holds everything, and leaves another program's tables alone", async () => {
    const databaseUrl = await newUrl();
    await elsewhere(databaseUrl, "create table events (id text)", "insert into events values ('theirs')");
    const running = await startTallyhook(databaseUrl, { DATABASE_SCHEMA: "billing_books" });
    expect((await running.post(seed)).body).toMatchObject({ outcome: "applied" });
    const wallets = await running.get<{ data: { balance: string }[] }>("/v1/wallets", keys.read);
    expect(wallets.body.data.map(({ balance }) => balance)).toEqual(["499"]);
    expect((await running.get("/v1/audit")).body).toMatchObject({ ok: true });
    await running.close();
    const where =
      "select table_schema as schema, count(*)::int as tables from information_schema.tables where table_schema in ('public', 'billing_books') group by 1 order by 1";
    expect(await elsewhere(databaseUrl, where)).toEqual([
      { schema: "billing_books", tables: expect.any(Number) },
      { schema: "public", tables: 1 },
    ]);
    expect(await elsewhere(databaseUrl, "select id from public.events")).toEqual([{ id: "theirs" }]);
    expect(await opened({ databaseUrl, schema: "billing_books", migrate: false })).toEqual([]);
  });

  test("a schema that is there is enough for who may make none", async () => {
    const databaseUrl = await newUrl();
    const url = new URL(databaseUrl);
    const [database, owner] = [url.pathname.slice(1), `owner_of_${url.pathname.slice(1)}`];
    [url.username, url.password] = [owner, "of-it"];
    await elsewhere(databaseUrl, `create role ${owner} login password 'of-it'`);
    const schema = "billing_books";
    try {
      await expect(opened({ databaseUrl: url.href, schema })).rejects.toThrow(
        `permission denied for database ${database}`,
      );
      await elsewhere(databaseUrl, `create schema ${schema} authorization ${owner}`);
      expect(await opened({ databaseUrl: url.href, schema })).toEqual([]);
    } finally {
      await elsewhere(databaseUrl, `drop owned by ${owner} cascade`, `drop role ${owner}`);
    }
  });

  test("what an extension made is nobody's", async () => {
    const databaseUrl = await newUrl();
    await elsewhere(databaseUrl, "create extension if not exists pg_stat_statements").catch(() =>
      elsewhere(databaseUrl, "create extension if not exists pg_buffercache"),
    );
    expect(await opened({ databaseUrl })).toEqual([]);
  });

  test("a process has no more connections than it is given, and they say whose they are", async () => {
    const databaseUrl = await newUrl();
    const running = await startTallyhook(databaseUrl, { DATABASE_POOL: "6" });
    await running.post(seed);
    await Promise.all(Array.from({ length: 40 }, () => running.get("/v1/charges")));
    await Promise.all(Array.from({ length: 10 }, () => running.get("/v1/exports/charges.csv")));
    const count =
      "select count(*)::int as open from pg_stat_activity where datname = current_database() and application_name = 'tallyhook'";
    const [{ open }] = (await elsewhere(databaseUrl, count)) as [{ open: number }];
    expect(open).toBeGreaterThan(1);
    expect(open).toBeLessThanOrEqual(6);
    await running.close();
  });
});

test.each([
  [
    "DATABASE_SCHEMA",
    "pg_mine",
    "must be the name of a schema: at most 63 small letters, digits and _, not beginning with pg_",
  ],
  [
    "DATABASE_SCHEMA",
    'x"; drop',
    "must be the name of a schema: at most 63 small letters, digits and _, not beginning with pg_",
  ],
  ["DATABASE_POOL", "5", "must be a whole number from 6 to 500"],
  ["DATABASE_POOL", "many", "must be a whole number from 6 to 500"],
  ["MIGRATE", "maybe", "must be one of on, off, beside"],
])("%s=%s is a mistake", (name, value, problem) => {
  expect(() => readConfig({ [name]: value })).toThrow(`${name}: ${problem}`);
});
