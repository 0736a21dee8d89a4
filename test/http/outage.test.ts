import BetterSqlite3 from "better-sqlite3";
import pg from "pg";
import { systemClock } from "../../src/domain/time.ts";
import { engines } from "../support/engines.ts";
import { sharedPostgresUrl } from "../support/postgres.ts";
import { stoppingProxy } from "../support/stopping-proxy.ts";
import { seed, startTallyhook } from "./running.ts";

const [, postgres] = engines;

/** Takes the database away from everybody, until it is given back. */
async function takeAway(databaseUrl: string): Promise<{ giveBack(): Promise<void> }> {
  if (databaseUrl.startsWith("sqlite:")) {
    const other = new BetterSqlite3(databaseUrl.slice("sqlite:".length));
    other.exec("begin immediate");
    return { giveBack: async () => void other.exec("rollback").close() };
  }
  const name = new URL(databaseUrl).pathname.slice(1);
  const server = new pg.Client({ connectionString: sharedPostgresUrl() });
  await server.connect();
  await server.query(`alter database ${name} with allow_connections false`);
  await server.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [name]);
  return {
    giveBack: async () => {
      await server.query(`alter database ${name} with allow_connections true`);
      await server.end();
    },
  };
}

describe.each(engines)("an outage of $name", ({ name, freshDatabaseUrl }) => {
  test("every delivery is soon told to come again, and afterwards all is as before", async () => {
    const databaseUrl = await freshDatabaseUrl();
    const running = await startTallyhook(databaseUrl);
    const { giveBack } = await takeAway(databaseUrl);
    const answers = await Promise.all(Array.from({ length: 20 }, () => running.post(seed)));
    for (const { status, headers, body } of answers) {
      expect([status, body.code]).toEqual([503, "storage_unavailable"]);
      expect(headers.get("retry-after")).toMatch(/^\d+$/);
    }
    if (name === "postgres") {
      const { status, headers, body } = await running.get("/v1/charges");
      expect([status, body.code]).toEqual([503, "storage_unavailable"]);
      expect(headers.get("retry-after")).toMatch(/^\d+$/);
      expect((await running.get("/readyz")).status).toBe(503);
    }
    await giveBack();
    expect((await running.post(seed)).body).toMatchObject({ outcome: "applied" });
    expect((await running.get("/readyz")).status).toBe(200);
    await running.close();
  });
});

test("a PostgreSQL that hangs is an outage too, and readiness says so within seconds", async () => {
  const databaseUrl = (await postgres?.freshDatabaseUrl()) as string;
  const way = await stoppingProxy(databaseUrl);
  const running = await startTallyhook(`${way.url}?statement_timeout=1000`);
  expect((await running.get("/readyz")).status).toBe(200);
  way.stop();
  const begun = performance.now();
  const [ready, alive] = await Promise.all([running.get("/readyz"), running.get("/healthz")]);
  expect([ready.status, ready.body.database, alive.status]).toEqual([503, "unavailable", 200]);
  expect(performance.now() - begun).toBeLessThan(5_000);
  const { status, headers, body } = await running.post(seed);
  expect([status, body.code]).toEqual([503, "storage_unavailable"]);
  expect(headers.get("retry-after")).toMatch(/^\d+$/);
  way.goOn();
  expect((await running.post(seed)).body).toMatchObject({ outcome: "applied" });
  expect((await running.get("/readyz")).status).toBe(200);
  await running.close();
  await way.close();
});

test("a database that can only be read is not ready once a delivery found out, and ready again by itself", async () => {
  const databaseUrl = (await postgres?.freshDatabaseUrl()) as string;
  const name = new URL(databaseUrl).pathname.slice(1);
  let passed = 0n;
  const running = await startTallyhook(databaseUrl, {}, { clock: { now: () => systemClock.now() + passed } });
  const server = new pg.Client({ connectionString: sharedPostgresUrl() });
  await server.connect();
  const setReadOnly = async (to: string) => {
    await server.query(`alter database ${name} set default_transaction_read_only = ${to}`);
    await server.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [name]);
  };
  // The first looks may meet a connection that was cut.
  const becomesReady = async () => {
    for (let looks = 1; (await running.get("/readyz")).status !== 200; looks += 1) {
      expect(looks).toBeLessThan(20);
      passed += 6_000_000_000n;
    }
  };
  await setReadOnly("on");
  await becomesReady();
  expect(await running.post(seed)).toMatchObject({ status: 503, body: { code: "storage_unavailable" } });
  const refused = await running.get("/readyz");
  expect([refused.status, refused.body.database]).toEqual([503, "refuses_writes"]);
  expect((await running.get("/v1/charges")).status).toBe(200);
  passed += 6_000_000_000n;
  expect((await running.get("/readyz")).status).toBe(503);
  await setReadOnly("off");
  await becomesReady();
  expect((await running.post(seed)).body).toMatchObject({ outcome: "applied" });
  await running.close();
  await server.end();
});
