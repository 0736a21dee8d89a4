import BetterSqlite3 from "better-sqlite3";
import { connectTo, sharedPostgresUrl } from "./postgres.ts";

/** Takes the database away from everybody, until it is given back. */
export async function takeAway(databaseUrl: string): Promise<{ giveBack(): Promise<void> }> {
  if (databaseUrl.startsWith("sqlite:")) {
    const other = new BetterSqlite3(databaseUrl.slice("sqlite:".length));
    other.exec("begin immediate");
    return { giveBack: async () => void other.exec("rollback").close() };
  }
  const name = new URL(databaseUrl).pathname.slice(1);
  const server = await connectTo(sharedPostgresUrl());
  await server.query(`alter database ${name} with allow_connections false`);
  await server.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [name]);
  return {
    giveBack: async () => {
      await server.query(`alter database ${name} with allow_connections true`);
      await server.end();
    },
  };
}
