import type { Store } from "../../src/store/store.ts";
import { engines } from "../support/engines.ts";
import { OpenStores } from "../support/open-stores.ts";
import { connectTo } from "../support/postgres.ts";
import { changingWallet, storingEvent } from "../support/small-works.ts";
import { type StoppingProxy, stoppingProxy } from "../support/stopping-proxy.ts";

const [, postgres] = engines;
const stores = new OpenStores();
let proxy: StoppingProxy | undefined;
afterEach(async () => {
  await stores.close();
  await proxy?.close();
  proxy = undefined;
});

/** A store whose way to the database can be stopped; its own patience is cut to a second. */
async function throughProxy(words = "statement_timeout=1000") {
  const databaseUrl = (await postgres?.freshDatabaseUrl()) as string;
  proxy = await stoppingProxy(databaseUrl);
  const store = await stores.open({ databaseUrl: `${proxy.url}?${words}` });
  return { databaseUrl, store, way: proxy };
}

async function settled(writes: readonly Promise<unknown>[]) {
  const begun = performance.now();
  const results = await Promise.allSettled(writes);
  const errors = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
  return { errors, seconds: (performance.now() - begun) / 1000 };
}

const writesOf = (store: Store, count: number, name: string) =>
  Array.from({ length: count }, (_, index) => store.write(storingEvent(`${name}_${index}`)));

test("whoever waits for a PostgreSQL that hangs hears of it, those behind him too, and afterwards all is as before", async () => {
  const { store, way } = await throughProxy();
  await store.write(storingEvent("first"));
  way.stop();
  const hanging = await settled(writesOf(store, 500, "hanging"));
  expect(hanging.errors).toHaveLength(500);
  expect(hanging.errors.every((error) => store.isUnavailable(error))).toBe(true);
  expect(hanging.seconds).toBeLessThan(60);
  way.goOn();
  expect((await settled(writesOf(store, 100, "after"))).errors).toEqual([]);
});

test("while PostgreSQL hangs only so many wait; who comes then is sent away at once", async () => {
  const { store, way } = await throughProxy();
  way.stop();
  const waiting = settled(writesOf(store, 4_300, "waiting"));
  let areOver = false;
  void waiting.then(() => {
    areOver = true;
  });
  const error = await store.write(storingEvent("one too many")).catch((error: unknown) => error);
  expect(error).toMatchObject({ code: "queue_full" });
  expect(store.isUnavailable(error)).toBe(true);
  expect(areOver).toBe(false);
  expect((await waiting).errors).toHaveLength(4_300);
  way.goOn();
  expect((await settled(writesOf(store, 1, "after"))).errors).toEqual([]);
});

test("bodies that wait are counted by their size", async () => {
  const { store, way } = await throughProxy();
  way.stop();
  const large = Array.from({ length: 40 }, (_, index) =>
    store.write(Object.assign(storingEvent(`large_${index}`), { bytes: 2 * 2 ** 20 })),
  );
  const { errors } = await settled(large);
  const sentAway = errors.filter(({ code }) => code === "queue_full");
  expect(sentAway).toHaveLength(8);
  way.goOn();
  const again = Object.assign(storingEvent("again"), { bytes: 2 * 2 ** 20 });
  expect((await settled([store.write(again)])).errors).toEqual([]);
});

test("a question to a PostgreSQL that hangs fails, and so does a connection to it", async () => {
  const { store, way } = await throughProxy();
  await store.ping();
  way.stop();
  const asked = await settled(Array.from({ length: 12 }, () => store.ping()));
  expect(asked.errors).toHaveLength(12);
  expect(asked.errors.every((error) => store.isUnavailable(error))).toBe(true);
  expect(asked.seconds).toBeLessThan(60);
  way.goOn();
  await store.ping();
});

test("a store can be closed while PostgreSQL hangs", async () => {
  const { store, way } = await throughProxy();
  await Promise.all([store.ping(), store.write(storingEvent("first"))]);
  way.stop();
  const begun = performance.now();
  await store.close();
  expect(performance.now() - begun).toBeLessThan(60_000);
});

test("a row that somebody else keeps locked is waited for so long; its writer is sent away, and none is lost", async () => {
  const { databaseUrl, store } = await throughProxy("lock_timeout=300");
  await store.write(changingWallet("ann", 5n));
  const other = await connectTo(databaseUrl);
  await other.query("begin");
  await other.query("select 1 from wallets for update");
  const { errors, seconds } = await settled([store.write(changingWallet("ann", 1n))]);
  expect(errors).toMatchObject([{ code: "55P03" }]);
  expect(store.isUnavailable(errors[0])).toBe(true);
  expect(seconds).toBeLessThan(60);
  await other.query("rollback");
  await other.end();
  await store.write(changingWallet("ann", 1n));
  expect(await store.read.selectFrom("wallets").select("paid").execute()).toEqual([{ paid: 6n }]);
});

test("a migration may take longer than any other statement", async () => {
  const databaseUrl = (await postgres?.emptyDatabaseUrl()) as string;
  const other = await connectTo(databaseUrl);
  await other.query("begin");
  await other.query("select pg_advisory_xact_lock(7205759403)");
  const opening = stores.open({ databaseUrl: `${databaseUrl}?statement_timeout=200&lock_timeout=200` });
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await other.query("commit");
  await other.end();
  expect(await (await opening).pendingMigrations()).toEqual([]);
});
