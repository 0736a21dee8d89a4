import { readConfig } from "../../src/config.ts";
import { WalletIds } from "../../src/domain/ids.ts";
import { systemClock } from "../../src/domain/time.ts";
import { silent } from "../../src/services/kit/log.ts";
import { openStore, type StoreOptions } from "../../src/store/store.ts";
import { compose } from "../../src/tallyhook.ts";
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
    expect(await store.pendingMigrations()).toContain("0001-baseline");
    await store.migrate();
    expect(await store.pendingMigrations()).toEqual([]);
    await store.close();
  });

  test("names wallets under the key that was there first, whoever opens it next", async () => {
    const url = await emptyDatabaseUrl();
    const stores = await Promise.all([1, 2, 3].map(() => openStore(options(url))));
    const ids = stores.map(({ walletIds }) => walletIds.of("acme", "USD"));
    expect(new Set(ids).size).toBe(1);
    const another = await openStore(options(await emptyDatabaseUrl()));
    expect(another.walletIds.of("acme", "USD")).not.toBe(ids[0]);
    await Promise.all([...stores, another].map((store) => store.close()));
    const looking = await openStore({ ...options(url), migrate: false, mustExist: true });
    expect(looking.walletIds.of("acme", "USD")).toBe(ids[0]);
    await looking.close();
  });

  test("takes the key it is given before it has one, and refuses another in words", async () => {
    const DATABASE_URL = await emptyDatabaseUrl();
    const start = (INSTALLATION_KEY?: string) =>
      compose(readConfig({ DATABASE_URL, ...(INSTALLATION_KEY && { INSTALLATION_KEY }) }), {
        logger: silent,
      });
    const given = "what the first installation was made with";
    const made = await start(given);
    const id = made.services.store.walletIds.of("acme", "USD");
    expect(id).toBe(new WalletIds(given).of("acme", "USD"));
    await made.close();
    await expect(start("what another installation was made with")).rejects.toThrow(
      "INSTALLATION_KEY: is not the one that the wallets of this database are named under; give that one, or none",
    );
    for (const again of [given, undefined]) {
      const restarted = await start(again);
      expect(restarted.services.store.walletIds.of("acme", "USD")).toBe(id);
      await restarted.close();
    }
  });

  test("makes the key of what providers sign with, where that is known: books made anew have the same ids", async () => {
    const idUnder = async (environment: Record<string, string>) => {
      const DATABASE_URL = await emptyDatabaseUrl();
      const made = await compose(readConfig({ DATABASE_URL, ...environment }), { logger: silent });
      const id = made.services.store.walletIds.of("acme", "USD");
      await made.close();
      return id;
    };
    const signed = { PADDLE_WEBHOOK_SECRET: "pdl_ntfset_of-one-installation" };
    expect(await idUnder(signed)).toBe(await idUnder(signed));
    expect(await idUnder({ PADDLE_WEBHOOK_SECRET: "pdl_ntfset_of-another-one" })).not.toBe(
      await idUnder(signed),
    );
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
