import Database from "better-sqlite3";
import { Checkpointer } from "../../../src/store/engine/checkpoint.ts";
import { type FloorRow, floorTables, serveFloor } from "./floor.ts";

/** The floor on SQLite, as durable as ours: `synchronous = full`, checkpoints in a worker. */
const file = process.env.DATABASE_FILE ?? "";
const database = new Database(file);
database.pragma("journal_mode = wal");
database.pragma("synchronous = full");
database.pragma("wal_autocheckpoint = 0");
database.exec(floorTables.replaceAll("bigint primary key", "integer primary key"));
const inserts = [
  "insert into events values (?, ?, ?)",
  "insert into charges values (?, ?, ?, ?, ?)",
  "insert into entries values (?, ?, ?)",
  "insert into postings values (?, ?, ?)",
  "insert into wallet_lines values (?, ?, ?)",
].map((sql) => database.prepare(sql));
const [event, charge, entry, posting, line] = inserts as [
  Database.Statement,
  Database.Statement,
  Database.Statement,
  Database.Statement,
  Database.Statement,
];

const insertAll = database.transaction((rows: readonly FloorRow[]) => {
  for (const { no, id, body } of rows) event.run(no, id, body);
  for (const { no, ref, customer, currency, total } of rows) charge.run(no, ref, customer, currency, total);
  for (const { no } of rows) entry.run(no, no, no);
  for (const { no, total } of rows) {
    posting.run(no, 1, total);
    posting.run(no, 2, -total);
  }
  for (const { no, customer, total } of rows) line.run(customer, no, total);
});

const checkpointer = new Checkpointer(file);
serveFloor({
  flushers: 1,
  store: async (rows) => {
    await checkpointer.betweenBatches();
    insertAll(rows);
  },
});
