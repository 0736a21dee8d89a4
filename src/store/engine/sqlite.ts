import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { CompiledQuery, Kysely, SqliteDialect, type Transaction } from "kysely";
import type { Database } from "../schema.ts";
import { AsideMoments, openAside } from "./aside.ts";
import { Checkpointer } from "./checkpoint.ts";
import type { Engine } from "./engine.ts";
import { FileInPlace } from "./file-in-place.ts";
import { firstRow } from "./first-row.ts";
import { namedColumns } from "./named-columns.ts";
import { OwnMoments } from "./own-moments.ts";
import type { OpenSnapshot } from "./snapshot.ts";
import { sqliteFault } from "./sqlite-faults.ts";
import { openInMemory, rememberMigrated } from "./sqlite-in-memory.ts";
import { CachingDatabase } from "./sqlite-statements.ts";
import { inTransaction } from "./transaction.ts";

/**
 * Another process (the command line beside a server) holds the file only for a batch. Waiting within SQLite stops this
 * process's event loop, so a writer hardly does: it is tried again, in pauses during which others go on.
 */
const writerBusyTimeoutMilliseconds = 10;
const readerBusyTimeoutMilliseconds = 250;

/** A slice pins the write-ahead log; in the pause a checkpoint reaches its end, and the log starts anew. */
const slicesOfFile = { milliseconds: 250, pauseMilliseconds: 25 };
/** What is written meanwhile waits. */
const slicesInMemory = { milliseconds: 4, pauseMilliseconds: 0 };

const columnTypes: Readonly<Record<string, string>> = { bytes: "blob", key_text: "text" };

interface SqliteOptions {
  readonly mustExist: boolean;
  readonly migrate: boolean;
  readonly isForPages: boolean;
}

/**
 * Opens `path`, or a database in memory that lives as long as the engine. A missing file is made, and so are its folders,
 * unless `mustExist`.
 * @throws Error if there is none that must be
 */
export function openSqlite(path: string, { mustExist, migrate, isForPages }: SqliteOptions): Engine {
  const inMemory = path === ":memory:";
  if (!inMemory && mustExist && !existsSync(path))
    throw new Error("there is no such file; tallyhook migrate makes it, and so does serve");
  if (!inMemory) mkdirSync(dirname(path), { recursive: true });
  const connection = inMemory && migrate ? openInMemory(openWriter) : new CachingDatabase(openWriter(path));
  const writer = kyselyOver(connection);
  const readConnection = inMemory ? undefined : new CachingDatabase(openReader(path));
  const reader = readConnection === undefined ? writer : kyselyOver(readConnection);
  const aside = inMemory ? undefined : openAside(path);
  const moments = inMemory ? undefined : isForPages ? new OwnMoments(reader) : new AsideMoments(path);
  const file = inMemory ? undefined : new FileInPlace(path);
  const checkpointer = inMemory ? undefined : new Checkpointer(path);
  return {
    name: "sqlite",
    writer,
    reader,
    // The one connection of a database in memory is a transaction's while one runs: there a row waits its turn.
    readRow: async <Row>(sql: string, parameters: readonly unknown[]) =>
      readConnection === undefined
        ? firstRow<Row>(writer, sql, parameters)
        : (readConnection.firstRow(sql, parameters) as Row | undefined),
    aside: aside?.db ?? writer,
    openSnapshot: async () =>
      snapshotOf(inMemory ? await copyInMemory(writer, connection) : openReader(path)),
    openMoment: async () =>
      moments === undefined ? snapshotOf(await copyInMemory(writer, connection)) : moments.open(),
    slices: inMemory
      ? { ...slicesInMemory, open: () => borrowed(writer) }
      : { ...slicesOfFile, open: () => snapshotOf(openReader(path)) },
    schemaWriter: writer,
    flushers: 1,
    rowLock: "",
    missingTableCodes: ["SQLITE_ERROR"],
    standing:
      "select name from sqlite_master where type in ('table', 'view') and name not like 'sqlite\\_%' escape '\\'",
    foundation: [
      "create table if not exists migrations (name text primary key, applied_at integer not null) strict",
      "create table if not exists numbers (next integer not null) strict",
      "insert into numbers (next) select 1 where not exists (select * from numbers)",
    ],
    dialectOf: (statement) =>
      statement.replaceAll(/\b(?:bytes|key_text)\b/g, (type) => columnTypes[type] ?? type),
    migrated: () => {
      if (inMemory) rememberMigrated(connection);
    },
    // `begin immediate` has locked the file already.
    lockSchema: async () => {},
    reserveNumbers,
    // Whoever reserves numbers is alone until its commit.
    numbersSettled: async () => true,
    // The connection keeps what it prepared.
    keepPrepared: () => {},
    runForEach: (sql, rows) => connection.runForEach(sql, rows),
    takesArrays: false,
    inBatch: (run) => inTransaction(writer, run),
    reservesAhead: false,
    faultOf: sqliteFault,
    checkSessions: async () => {},
    renewConnections: () => {},
    checkInPlace: () => file?.check(),
    betweenBatches: async () => checkpointer?.betweenBatches(),
    close: async () => {
      await checkpointer?.close();
      await aside?.close();
      await moments?.close();
      if (!inMemory) await reader.destroy();
      await writer.destroy();
    },
  };
}

function openWriter(path: string | Buffer): BetterSqlite3.Database {
  const database = new BetterSqlite3(path, { timeout: writerBusyTimeoutMilliseconds });
  try {
    configure(database);
  } catch (error) {
    database.close();
    throw error;
  }
  return withExactIntegers(database);
}

function configure(database: BetterSqlite3.Database): void {
  database.pragma("journal_mode = wal");
  // NORMAL could lose acknowledged events when the power goes, and is no faster in batches.
  database.pragma("synchronous = full");
  database.pragma("foreign_keys = on");
  // Checkpoints are made by a worker, off the serving thread.
  database.pragma("wal_autocheckpoint = 0");
  database.pragma(`journal_size_limit = ${32 * 2 ** 20}`);
}

function openReader(path: string): BetterSqlite3.Database {
  return withExactIntegers(
    new BetterSqlite3(path, { readonly: true, timeout: readerBusyTimeoutMilliseconds }),
  );
}

/** A read transaction begins with its first read: what is committed afterwards it does not see. */
async function snapshotOf(database: BetterSqlite3.Database): Promise<OpenSnapshot> {
  const read = kyselyOver(new CachingDatabase(database));
  await read.executeQuery(CompiledQuery.raw("begin deferred"));
  await read.selectFrom("migrations").select("name").limit(1).execute();
  return { read, close: () => read.destroy() };
}

/** A database in memory has one connection, which nobody may keep: its snapshot is a copy, made between two batches. */
function copyInMemory(
  writer: Kysely<Database>,
  connection: CachingDatabase,
): Promise<BetterSqlite3.Database> {
  return writer
    .connection()
    .execute(async () => withExactIntegers(new BetterSqlite3(connection.serialize())));
}

/** The one connection itself, between two batches: they wait until it is given back. */
function borrowed(writer: Kysely<Database>): Promise<OpenSnapshot> {
  return new Promise((lent, failed) => {
    const given = writer.connection().execute(
      (read) =>
        new Promise<void>((giveBack) => {
          lent({ read, close: async () => giveBack() });
        }),
    );
    given.catch(failed);
  });
}

function withExactIntegers(database: BetterSqlite3.Database): BetterSqlite3.Database {
  database.defaultSafeIntegers(true);
  return database;
}

function kyselyOver(database: CachingDatabase): Kysely<Database> {
  return new Kysely({ dialect: new SqliteDialect({ database }), plugins: [namedColumns] });
}

async function reserveNumbers(trx: Transaction<Database>, count: number): Promise<() => bigint> {
  const reserve = CompiledQuery.raw("update numbers set next = next + ? returning next", [BigInt(count)]);
  const { rows } = await trx.executeQuery<{ next: bigint }>(reserve as CompiledQuery<{ next: bigint }>);
  const end = rows[0]?.next ?? 0n;
  let next = end - BigInt(count);
  return () => {
    if (next >= end) throw new Error(`More than the ${count} numbers that were reserved are taken.`);
    return next++;
  };
}
