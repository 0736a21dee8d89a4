import { setTimeout as sleep } from "node:timers/promises";
import BetterSqlite3 from "better-sqlite3";
import { engines } from "../support/engines.ts";
import { OpenStores } from "../support/open-stores.ts";
import { connectTo, sharedPostgresUrl } from "../support/postgres.ts";
import { meeting, storingEvent } from "../support/small-works.ts";
import { stoppingProxy } from "../support/stopping-proxy.ts";
import { until } from "../support/until.ts";

const stores = new OpenStores();
afterEach(() => stores.close());

const [sqlite, postgres] = engines;

/** Before the turn of somebody who waits four seconds: on a machine that is busy both come late, and in this order. */
const soon = <Answer>(answer: Promise<Answer>) => Promise.race([answer, sleep(4_000, "too late")]);

describe.each(engines)("whether $name can be written", ({ name, freshDatabaseUrl }) => {
  test("is known without anybody writing, and is found out anew by everybody who asks", async () => {
    const store = await stores.open({ databaseUrl: await freshDatabaseUrl() });
    expect(await store.trouble()).toBeNull();
    expect(await Promise.all(Array.from({ length: 50 }, () => store.trouble()))).toEqual(
      new Array(50).fill(null),
    );
  });

  test("is not a matter of what one work did wrong", async () => {
    const store = await stores.open({ databaseUrl: await freshDatabaseUrl() });
    const asked = store.trouble();
    await expect(
      store.write(meeting(name === "sqlite" ? "SQLITE_CONSTRAINT_CHECK" : "23514")),
    ).rejects.toThrow();
    expect(await asked).toBeNull();
  });
});

test("a file that another process holds is trouble within two seconds, and none as soon as it is free", async () => {
  const databaseUrl = (await sqlite?.freshDatabaseUrl()) as string;
  const store = await stores.open({ databaseUrl });
  const other = new BetterSqlite3(databaseUrl.slice("sqlite:".length));
  other.exec("begin immediate");
  expect(await soon(store.trouble())).toMatchObject({ database: expect.any(String) });
  const writing = store.write(storingEvent("waits")).catch((error: unknown) => error);
  expect(await soon(store.trouble())).toMatchObject({ database: expect.any(String) });
  expect(await writing).toMatchObject({ code: "SQLITE_BUSY" });
  other.exec("rollback");
  other.close();
  expect(await store.trouble()).toBeNull();
});

test("a process that waits for a SQLite file goes on with everything else", async () => {
  const databaseUrl = (await sqlite?.freshDatabaseUrl()) as string;
  const store = await stores.open({ databaseUrl });
  const other = new BetterSqlite3(databaseUrl.slice("sqlite:".length));
  other.exec("begin immediate");
  const writing = store.write(storingEvent("waits")).catch((error: unknown) => error);
  let turns = 0;
  const others = setInterval(() => {
    turns += 1;
  }, 5);
  expect(await writing).toMatchObject({ code: "SQLITE_BUSY" });
  clearInterval(others);
  expect(turns).toBeGreaterThan(20);
  other.close();
});

test("a batch that waits for rows is trouble after two seconds, and none once it ended", async () => {
  const databaseUrl = (await postgres?.freshDatabaseUrl()) as string;
  const store = await stores.open({ databaseUrl });
  const other = await connectTo(databaseUrl);
  await other.query("begin");
  await other.query("lock table events in share mode");
  const writing = store.write(storingEvent("waits"));
  let isOver = false;
  void writing.then(() => {
    isOver = true;
  });
  await until(async () => (await store.trouble()) !== null);
  expect(await store.trouble()).toMatchObject({ database: "busy" });
  expect(isOver).toBe(false);
  await other.query("rollback");
  await other.end();
  await writing;
  expect(await store.trouble()).toBeNull();
});

test("a PostgreSQL that can only be read is told from one that does not answer, and is writable as soon as it is", async () => {
  const databaseUrl = (await postgres?.freshDatabaseUrl()) as string;
  const store = await stores.open({ databaseUrl });
  await store.write(storingEvent("before"));
  const name = new URL(databaseUrl).pathname.slice(1);
  const server = await connectTo(sharedPostgresUrl());
  await server.query(`alter database ${name} set default_transaction_read_only = on`);
  await server.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [name]);
  expect(await store.trouble()).toMatchObject({ database: "refuses_writes", error: { code: "25006" } });
  await expect(store.write(storingEvent("refused"))).rejects.toMatchObject({ code: "25006" });
  await server.query(`alter database ${name} reset default_transaction_read_only`);
  await server.end();
  // The connections of before are read-only still: none of them is used again.
  await store.write(storingEvent("after"));
  expect(await store.trouble()).toBeNull();
});

test("a way to PostgreSQL that was cut is trouble within two seconds, and none within two once it is back", async () => {
  const databaseUrl = (await postgres?.freshDatabaseUrl()) as string;
  const way = await stoppingProxy(databaseUrl);
  const store = await stores.open({ databaseUrl: `${way.url}?statement_timeout=1000` });
  await store.write(storingEvent("before"));
  way.stop();
  expect(await soon(store.trouble())).toMatchObject({ database: "busy" });
  way.forget();
  way.goOn();
  await until(async () => (await store.trouble()) === null);
  await store.close();
  await way.close();
});
