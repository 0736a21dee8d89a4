import { systemClock } from "../../src/domain/time.ts";
import { openStore, type StoreOptions } from "../../src/store/store.ts";
import { engines } from "../support/engines.ts";

const options = (databaseUrl: string): StoreOptions => ({ databaseUrl, migrate: true, clock: systemClock });

describe.each(engines)("a store on $name", ({ name, freshDatabaseUrl, emptyDatabaseUrl }) => {
  test("migrates an empty database, also when several processes start at once", async () => {
    const url = await emptyDatabaseUrl();
    const stores = await Promise.all([1, 2, 3].map(() => openStore(options(url))));
    for (const store of stores) {
      expect(store.engine).toBe(name);
      expect(await store.pendingMigrations()).toEqual([]);
      await store.ping();
      await store.close();
    }
  });

  test("says what is pending when it may not migrate", async () => {
    const url = await emptyDatabaseUrl();
    const store = await openStore({ ...options(url), migrate: false });
    expect(await store.pendingMigrations()).toContain("0001-inbox-and-charges");
    await store.migrate();
    expect(await store.pendingMigrations()).toEqual([]);
    await store.close();
  });

  test("refuses to write through the connection for reading", async () => {
    const store = await openStore(options(await freshDatabaseUrl()));
    const policy = { version: 1n, hash: "h", body: "{}", in_force_no: 1n, created_at: 0n };
    await expect(store.read.insertInto("policies").values(policy).execute()).rejects.toThrow(/read-?only/);
    await store.close();
  });
});

test("a database in memory lives as long as its store", async () => {
  const store = await openStore(options("sqlite::memory:"));
  expect(await store.read.selectFrom("events").selectAll().execute()).toEqual([]);
  await store.close();
});

test("an unknown kind of database is refused by name", async () => {
  await expect(openStore(options("mysql://localhost"))).rejects.toThrow("sqlite: or postgres://");
});
