import BetterSqlite3 from "better-sqlite3";
import { engines } from "../support/engines.ts";
import { OpenStores } from "../support/open-stores.ts";
import { connectTo, sharedPostgresUrl } from "../support/postgres.ts";
import { Meets, StoreEvent } from "../support/small-works.ts";
import { stoppingProxy } from "../support/stopping-proxy.ts";

const stores = new OpenStores();
afterEach(() => stores.close());

const [sqlite, postgres] = engines;

async function timed<Result>(answer: Promise<Result>) {
  const begun = performance.now();
  return { result: await answer, seconds: (performance.now() - begun) / 1000 };
}

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
      store.write(new Meets(name === "sqlite" ? "SQLITE_CONSTRAINT_CHECK" : "23514")),
    ).rejects.toThrow();
    expect(await asked).toBeNull();
  });
});

test("a file that another process holds is trouble within two seconds, and none as soon as it is free", async () => {
  const databaseUrl = (await sqlite?.freshDatabaseUrl()) as string;
  const store = await stores.open({ databaseUrl });
  const other = new BetterSqlite3(databaseUrl.slice("sqlite:".length));
  other.exec("begin immediate");
  const quiet = await timed(store.trouble());
  expect(quiet.result).not.toBeNull();
  expect(quiet.seconds).toBeLessThan(2.5);
  const writing = store.write(new StoreEvent("waits")).catch((error: unknown) => error);
  const meanwhile = await timed(store.trouble());
  expect(meanwhile.result).not.toBeNull();
  expect(meanwhile.seconds).toBeLessThan(2.5);
  expect(await writing).toMatchObject({ code: "SQLITE_BUSY" });
  other.exec("rollback");
  other.close();
  const freed = await timed(store.trouble());
  expect(freed.result).toBeNull();
  expect(freed.seconds).toBeLessThan(1);
});

test("a process that waits for a SQLite file goes on with everything else", async () => {
  const databaseUrl = (await sqlite?.freshDatabaseUrl()) as string;
  const store = await stores.open({ databaseUrl });
  const other = new BetterSqlite3(databaseUrl.slice("sqlite:".length));
  other.exec("begin immediate");
  const writing = store.write(new StoreEvent("waits")).catch((error: unknown) => error);
  let longest = 0;
  for (let since = performance.now(), left = 100; left > 0; left -= 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    longest = Math.max(longest, performance.now() - since);
    since = performance.now();
  }
  expect(longest).toBeLessThan(150);
  expect(await writing).toMatchObject({ code: "SQLITE_BUSY" });
  other.close();
});

test("a batch that waits for rows is trouble after two seconds, and none once it ended", async () => {
  const databaseUrl = (await postgres?.freshDatabaseUrl()) as string;
  const store = await stores.open({ databaseUrl });
  const other = await connectTo(databaseUrl);
  await other.query("begin");
  await other.query("lock table events in share mode");
  const writing = store.write(new StoreEvent("waits"));
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await store.trouble()).toMatchObject({ database: "busy" });
  const again = await timed(store.trouble());
  expect(again.result).toMatchObject({ database: "busy" });
  expect(again.seconds).toBeLessThan(0.5);
  await other.query("rollback");
  await other.end();
  await writing;
  const after = await timed(store.trouble());
  expect(after.result).toBeNull();
  expect(after.seconds).toBeLessThan(1);
});

test("a PostgreSQL that can only be read is told from one that does not answer, and is writable as soon as it is", async () => {
  const databaseUrl = (await postgres?.freshDatabaseUrl()) as string;
  const store = await stores.open({ databaseUrl });
  await store.write(new StoreEvent("before"));
  const name = new URL(databaseUrl).pathname.slice(1);
  const server = await connectTo(sharedPostgresUrl());
  await server.query(`alter database ${name} set default_transaction_read_only = on`);
  await server.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [name]);
  expect(await store.trouble()).toMatchObject({ database: "refuses_writes", error: { code: "25006" } });
  await expect(store.write(new StoreEvent("refused"))).rejects.toMatchObject({ code: "25006" });
  await server.query(`alter database ${name} reset default_transaction_read_only`);
  await server.end();
  // The connections of before are read-only still: none of them is used again.
  await store.write(new StoreEvent("after"));
  expect(await store.trouble()).toBeNull();
});

test("a way to PostgreSQL that was cut is trouble within two seconds, and none within two once it is back", async () => {
  const databaseUrl = (await postgres?.freshDatabaseUrl()) as string;
  const way = await stoppingProxy(databaseUrl);
  const store = await stores.open({ databaseUrl: `${way.url}?statement_timeout=1000` });
  await store.write(new StoreEvent("before"));
  way.stop();
  const cut = await timed(store.trouble());
  expect(cut.result).toMatchObject({ database: "busy" });
  expect(cut.seconds).toBeLessThan(2.5);
  way.forget();
  way.goOn();
  const back = await timed(store.trouble());
  expect(back.result).toBeNull();
  expect(back.seconds).toBeLessThan(2);
  await store.close();
  await way.close();
});
