import pg from "pg";
import { type FloorRow, floorTables, serveFloor } from "./floor.ts";

/** The floor on PostgreSQL: one statement a table, whatever the number of rows, and two batches at once, as ours. */
const flushers = 2;
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL ?? "", max: flushers });
await pool.query(floorTables);

const insert = (table: string, types: readonly string[]) => ({
  name: table,
  text: `insert into ${table} select * from unnest(${types.map((type, n) => `$${n + 1}::${type}[]`).join(", ")})`,
});
const inserts = {
  events: insert("events", ["bigint", "text", "text"]),
  charges: insert("charges", ["bigint", "text", "text", "text", "bigint"]),
  entries: insert("entries", ["bigint", "bigint", "bigint"]),
  postings: insert("postings", ["bigint", "bigint", "bigint"]),
  wallet_lines: insert("wallet_lines", ["text", "bigint", "bigint"]),
};

serveFloor({
  flushers,
  store: async (rows) => {
    const client = await pool.connect();
    const of = <Key extends keyof FloorRow>(key: Key) => rows.map((row) => row[key]);
    const [no, total] = [of("no"), of("total")];
    const twice = [...no, ...no];
    const accounts = [...no.map(() => 1), ...no.map(() => 2)];
    await client.query("begin");
    await client.query({ ...inserts.events, values: [no, of("id"), of("body")] });
    await client.query({
      ...inserts.charges,
      values: [no, of("ref"), of("customer"), of("currency"), total],
    });
    await client.query({ ...inserts.entries, values: [no, no, no] });
    await client.query({
      ...inserts.postings,
      values: [twice, accounts, [...total, ...total.map((amount) => -amount)]],
    });
    await client.query({ ...inserts.wallet_lines, values: [of("customer"), no, total] });
    await client.query("commit");
    client.release();
  },
});
