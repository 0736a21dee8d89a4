import { renameSync } from "node:fs";
import BetterSqlite3 from "better-sqlite3";
import type { Store } from "../../src/store/store.ts";
import { engines } from "../support/engines.ts";
import { OpenStores } from "../support/open-stores.ts";
import { connectTo, sharedPostgresUrl } from "../support/postgres.ts";
import { storingEvent } from "../support/small-works.ts";

const stores = new OpenStores();
afterEach(() => stores.close());

const [sqlite, postgres] = engines;
const pathOf = (databaseUrl: string) => databaseUrl.slice("sqlite:".length);

/** More than one batch, all at once: what became of each, and how long that took. */
async function writeMany(store: Store, name: string) {
  const begun = performance.now();
  const writes = Array.from({ length: 100 }, (_, index) => store.write(storingEvent(`${name}_${index}`)));
  const settled = await Promise.allSettled(writes);
  const errors = settled.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
  return {
    errors,
    codes: new Set(errors.map(({ code }) => code)),
    seconds: (performance.now() - begun) / 1000,
  };
}

test("whoever waits hears soon that another process holds the file, not one after the other", async () => {
  const databaseUrl = (await sqlite?.freshDatabaseUrl()) as string;
  const store = await stores.open({ databaseUrl });
  const other = new BetterSqlite3(pathOf(databaseUrl));
  other.exec("begin immediate");
  const held = await writeMany(store, "held");
  other.exec("rollback");
  other.close();
  expect(held.errors).toHaveLength(100);
  expect(held.codes).toEqual(new Set(["SQLITE_BUSY"]));
  expect(held.seconds).toBeLessThan(60);
  expect(store.isUnavailable(held.errors[0])).toBe(true);
  expect((await writeMany(store, "free")).errors).toEqual([]);
});

test("whoever waits hears soon that PostgreSQL takes no connections", async () => {
  const databaseUrl = (await postgres?.freshDatabaseUrl()) as string;
  const store = await stores.open({ databaseUrl });
  await store.write(storingEvent("first"));
  const name = new URL(databaseUrl).pathname.slice(1);
  const server = await connectTo(sharedPostgresUrl());
  await server.query(`alter database ${name} with allow_connections false`);
  await server.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [name]);
  const shut = await writeMany(store, "shut");
  await server.query(`alter database ${name} with allow_connections true`);
  await server.end();
  expect(shut.errors).toHaveLength(100);
  expect(shut.seconds).toBeLessThan(60);
  expect(shut.errors.every((error) => store.isUnavailable(error))).toBe(true);
  expect((await writeMany(store, "open")).errors).toEqual([]);
});

test("nothing is acknowledged into a file that was moved away; back in its place it goes on", async () => {
  const databaseUrl = (await sqlite?.freshDatabaseUrl()) as string;
  const path = pathOf(databaseUrl);
  const store = await stores.open({ databaseUrl });
  await store.write(storingEvent("before"));
  renameSync(path, `${path}.moved`);
  const moved = await writeMany(store, "moved");
  expect(moved.errors).toHaveLength(100);
  expect(moved.codes).toEqual(new Set(["database_moved"]));
  expect(store.isUnavailable(moved.errors[0])).toBe(true);
  await expect(store.ping()).rejects.toMatchObject({ code: "database_moved" });
  renameSync(`${path}.moved`, path);
  expect((await writeMany(store, "back")).errors).toEqual([]);
  await store.ping();
});

test("nothing is acknowledged beside a write-ahead log that was deleted", async () => {
  const databaseUrl = (await sqlite?.freshDatabaseUrl()) as string;
  const log = `${pathOf(databaseUrl)}-wal`;
  const store = await stores.open({ databaseUrl });
  await store.write(storingEvent("before"));
  renameSync(log, `${log}.moved`);
  expect((await writeMany(store, "moved")).codes).toEqual(new Set(["database_moved"]));
  renameSync(`${log}.moved`, log);
  expect((await writeMany(store, "back")).errors).toEqual([]);
});

test("a work's own fault is not the database's", async () => {
  const databaseUrl = (await sqlite?.freshDatabaseUrl()) as string;
  const store = await stores.open({ databaseUrl });
  const refused = Object.assign(new Error("CHECK"), { code: "SQLITE_CONSTRAINT_CHECK" });
  expect([refused, new Error("Anything."), null, "text"].map((error) => store.isUnavailable(error))).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
