import BetterSqlite3 from "better-sqlite3";
import pg from "pg";
import { engines } from "../support/engines.ts";
import { sharedPostgresUrl } from "../support/postgres.ts";
import { seed, startTallyhook } from "./running.ts";

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
