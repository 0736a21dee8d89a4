import { closeSync, existsSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import {
  CompiledQuery,
  Kysely,
  type SqliteDatabase,
  SqliteDialect,
  type SqliteStatement,
  type Transaction,
} from "kysely";
import type { Database } from "../schema.ts";
import { AsideMoments, openAside } from "./aside.ts";
import { Checkpointer } from "./checkpoint.ts";
import { firstRow, isKnownColumn, NamingSqliteCompiler, placesOfRowWord } from "./columns.ts";
import type { Engine } from "./engine.ts";
import { errorCode, type Fault, type Faults, faultNamed, ofTheWork } from "./faults.ts";
import { anyRow, type FirstLook, inTransaction, type OpenMoment, type OpenSnapshot } from "./transaction.ts";

const cachedStatements = 500;

/** What is prepared on a connection, by its text. */
type Prepared = Map<string, BetterSqlite3.Statement>;

interface ConnectionOptions {
  readonly prepared?: Prepared;
  /** Whether somebody takes the connection when it is closed here; else it is closed for good. */
  readonly takeOver?: (database: BetterSqlite3.Database, prepared: Prepared) => boolean;
}

/**
 * What Kysely sees of a SQLite connection. Statements are kept prepared: preparing again costs four times as much as
 * running a point read. `begin` becomes `begin immediate`, since a transaction that starts by reading and then writes
 * cannot wait for another writer; a `rollback` that SQLite has done by itself (the disk was full) is left out.
 */
class CachingDatabase implements SqliteDatabase {
  readonly #database: BetterSqlite3.Database;
  readonly #statements: Prepared;
  readonly #takeOver: NonNullable<ConnectionOptions["takeOver"]>;
  readonly #kept = new Map<string, BetterSqlite3.Statement>();
  #isClosed = false;

  constructor(
    database: BetterSqlite3.Database,
    { prepared = new Map(), takeOver = () => false }: ConnectionOptions = {},
  ) {
    this.#database = database;
    this.#statements = prepared;
    this.#takeOver = takeOver;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (!this.#takeOver(this.#database, this.#statements)) this.#database.close();
  }

  prepare(sql: string): SqliteStatement {
    if (sql === "begin") return this.#cached("begin immediate");
    if (sql === "rollback" && !this.#database.inTransaction) return nothingToDo;
    return this.#cached(sql);
  }

  /** A prepared one-row insert that runs 64 times takes half of the time of one insert of 64 rows (measured). */
  runForEach(sql: string, rows: readonly (readonly unknown[])[]): void {
    const statement = this.#cached(sql);
    for (const row of rows) statement.run(row);
  }

  /** Of the few statements that are asked all the time: they stay prepared, and nobody iterates over them. */
  firstRow(sql: string, parameters: readonly unknown[]): unknown {
    const kept = this.#kept.get(sql) ?? this.#keep(sql);
    return kept.get(parameters);
  }

  #keep(sql: string): BetterSqlite3.Statement {
    const statement = this.#database.prepare(sql);
    this.#kept.set(sql, statement);
    return statement;
  }

  /** All of it, as a file would hold it. */
  serialize(): Buffer {
    return this.#database.serialize();
  }

  #cached(sql: string): BetterSqlite3.Statement {
    if (this.#isClosed) throw new TypeError("The database connection is not open");
    const known = this.#statements.get(sql);
    // A statement that is still being iterated over cannot run a second time.
    if (known?.busy) return this.#database.prepare(sql);
    const statement = known ?? this.#database.prepare(sql);
    // A map remembers the order of insertion: what was used last stands at the end.
    if (known !== undefined) this.#statements.delete(sql);
    else if (this.#statements.size >= cachedStatements) this.#forgetOldest();
    this.#statements.set(sql, statement);
    return statement;
  }

  #forgetOldest(): void {
    for (const sql of this.#statements.keys()) {
      this.#statements.delete(sql);
      return;
    }
  }
}

const nothingToDo: SqliteStatement = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [].values(),
};

/**
 * SQLite's result codes, the longer ones by their beginnings (`SQLITE_BUSY_SNAPSHOT` is a `SQLITE_BUSY`), and our own of a file
 * that is not in its place. What is not listed is the work's own: a constraint, a value that does not fit.
 */
const faults: Faults = {
  SQLITE_BUSY: { is: "another process holds the file", of: "database", again: true },
  SQLITE_LOCKED: { is: "another connection holds a table", of: "database", again: true },
  SQLITE_PROTOCOL: { is: "a race for the write-ahead log's locks", of: "database", again: true },
  SQLITE_SCHEMA: { is: "another process changed the schema meanwhile", of: "database", again: true },
  SQLITE_CONSTRAINT_PRIMARYKEY: { is: "another process stored the row first", of: "work", again: true },
  SQLITE_CONSTRAINT_UNIQUE: { is: "another process stored the row first", of: "work", again: true },
  SQLITE_FULL: { is: "the disk is full", of: "database", refusesWrites: true },
  SQLITE_IOERR: {
    is: "the disk, or what it is mounted from, is broken",
    of: "database",
    refusesWrites: true,
  },
  SQLITE_READONLY: { is: "the file must not be written", of: "database", refusesWrites: true, mistake: true },
  SQLITE_PERM: { is: "the file must not be opened", of: "database", mistake: true },
  SQLITE_AUTH: { is: "not allowed", of: "database", mistake: true },
  SQLITE_CANTOPEN: { is: "the file cannot be opened", of: "database", mistake: true },
  SQLITE_NOTADB: { is: "the file is no database", of: "database", mistake: true },
  SQLITE_NOMEM: { is: "no memory", of: "database" },
  SQLITE_NOLFS: {
    is: "the file system takes no larger file",
    of: "database",
    refusesWrites: true,
    mistake: true,
  },
  SQLITE_CORRUPT: { is: "a page is damaged", of: "part" },
  database_moved: { is: "the file was deleted or replaced", of: "database" },
  schema_differs: { is: "another version changed a table", of: "part" },
};

const schemaWords = /^(?:no such (?:table|column)|table \w+ has no column named)/;
const notNullWords = /^NOT NULL constraint failed: (\w+)\.(\w+)/;

export function sqliteFault(error: unknown): Fault {
  const code = errorCode(error);
  if (code === undefined) return ofTheWork;
  return faultNamed(faults, isOfSchema(code, error) ? "schema_differs" : code);
}

function isOfSchema(code: string, error: unknown): boolean {
  const message = String((error as { message?: unknown }).message);
  if (code === "SQLITE_ERROR") return schemaWords.test(message);
  const [, table, column] = notNullWords.exec(message) ?? [];
  return table !== undefined && column !== undefined && !isKnownColumn(table, column);
}

/**
 * Moments of a SQLite file, read on this thread by its one reading connection, which keeps what it prepared: one after the other,
 * whoever wants a further one waits.
 */
class OwnMoments {
  readonly #read: Kysely<Database>;
  #last: Promise<void> = Promise.resolve();

  constructor(read: Kysely<Database>) {
    this.#read = read;
  }

  /** A read transaction begins with its first read: what is committed afterwards it does not see. */
  async open<Seen>(look: FirstLook<Seen>): Promise<OpenMoment<Seen>> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    await before;
    const run = (sql: string) => this.#read.executeQuery(CompiledQuery.raw(sql));
    const close = async () => {
      await run("rollback").catch(() => {});
      resolve();
    };
    try {
      await run("begin deferred");
      return { read: this.#read, close, seen: await look(this.#read) };
    } catch (error) {
      await close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#last;
  }
}

/** The file was deleted or replaced while it was open: what is written now goes with the process that writes it. */
class DatabaseMoved extends Error {
  readonly code = "database_moved";
  constructor(path: string) {
    super(`${path} is no longer the file that was opened. Put it back, or start again.`);
  }
}

/**
 * Notices that an open database's files are not in their places any more. SQLite goes on writing to a file that has no name
 * and says that all is well, so an event would be acknowledged and then be gone. Costs a few microseconds.
 */
class FileInPlace {
  readonly #path: string;
  readonly #opened: string | undefined;
  #log: string | undefined;

  /** Call it when the database has been opened: the file that is there now is the right one. */
  constructor(path: string) {
    this.#path = path;
    this.#opened = identityOf(path);
  }

  /** @throws DatabaseMoved */
  check(): void {
    if (identityOf(this.#path) !== this.#opened) throw new DatabaseMoved(this.#path);
    const path = `${this.#path}-wal`;
    const log = identityOf(path);
    // It appears with the first transaction, and stays for as long as anybody has the database open.
    this.#log ??= log;
    if (log !== this.#log) throw new DatabaseMoved(path);
  }
}

function identityOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}`;
}

/**
 * Databases in memory are opened by the hundred, one after the other: by a replay for each case, by an app's tests for each
 * test. Half of what one costs is to migrate it, and to prepare again every statement that the one before had prepared. So the
 * first one that was migrated is remembered, and a closed one is emptied to what that was, and is the next.
 */
interface Migrated {
  readonly bytes: Buffer;
  /** What refers to another table stands before it. */
  readonly tables: readonly string[];
  readonly rows: readonly { readonly table: string; readonly values: readonly unknown[] }[];
}

/** Emptied, a larger one would hold its memory for nothing. */
const mostPagesKept = 4_096n;

let migrated: Migrated | undefined;
let emptied: { readonly database: BetterSqlite3.Database; readonly prepared: Prepared } | undefined;

/** A database as migrations leave it, once one was seen; `open` makes one of bytes, or an empty one. */
function openInMemory(open: (content: Buffer | ":memory:") => BetterSqlite3.Database): CachingDatabase {
  const { database, prepared } = emptied ?? {
    database: open(migrated?.bytes ?? ":memory:"),
    prepared: new Map(),
  };
  emptied = undefined;
  return new CachingDatabase(database, { prepared, takeOver });
}

/** The first one that is migrated is what others begin as. */
function rememberMigrated(first: CachingDatabase): void {
  if (migrated !== undefined) return;
  const bytes = first.serialize();
  const database = new BetterSqlite3(bytes).defaultSafeIntegers();
  const rowsOf = (table: string) => database.prepare<[], unknown[]>(`select * from ${table}`).raw().all();
  const tables = tablesOf(database);
  const rows = tables.flatMap((table) => rowsOf(table).map((values) => ({ table, values })));
  database.close();
  migrated = { bytes, tables, rows };
}

/** Only one is kept, and only if nothing of it is still going on. */
function takeOver(database: BetterSqlite3.Database, prepared: Prepared): boolean {
  if (migrated === undefined || emptied !== undefined || database.inTransaction) return false;
  if ([...prepared.values()].some(({ busy }) => busy)) return false;
  if ((database.pragma("page_count", { simple: true }) as bigint) > mostPagesKept) return false;
  empty(database, migrated);
  emptied = { database, prepared };
  return true;
}

/** Foreign keys stay on: a pragma would make SQLite prepare everything again. */
function empty(database: BetterSqlite3.Database, { tables, rows }: Migrated): void {
  database.transaction(() => {
    for (const table of tables) database.exec(`delete from ${table}`);
    for (const { table, values } of rows)
      database.prepare(`insert into ${table} values (${values.map(() => "?").join(", ")})`).run(values);
  })();
}

function tablesOf(database: BetterSqlite3.Database): string[] {
  const strings = (sql: string) => database.prepare<[], string>(sql).pluck().all();
  const found = new Set<string>();
  const find = (table: string) => {
    if (found.has(table)) return;
    for (const other of strings(`select "table" from pragma_foreign_key_list('${table}')`))
      if (other !== table) find(other);
    found.add(table);
  };
  for (const table of strings(
    "select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\'",
  ))
    find(table);
  return [...found].reverse();
}

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

/** Raw bodies have customers' names and addresses: a file that we make is its user's alone, and so are those SQLite makes beside it. */
function makeFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (!existsSync(path)) closeSync(openSync(path, "a", 0o600));
}

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
  if (!inMemory) makeFile(path);
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
    openMoment: async (look) =>
      moments === undefined
        ? momentOf(await snapshotOf(await copyInMemory(writer, connection)), look)
        : moments.open(look),
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
      statement
        .replace(/, row_no\)$/, ")")
        .replaceAll(/\b(?:bytes|key_text)\b/g, (type) => columnTypes[type] ?? type)
        .replaceAll(/\brow_word\((\w+)\)/g, (_, name) => rowWord(name)),
    rowWord,
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

/** As the index of them says it: then it is read in place of the fact. As text by type, too, or no text would be looked up in it. */
const rowWord = (name: string, facts?: string): string =>
  `cast(${facts === undefined ? "" : `${facts}.`}body ->> '$[${placesOfRowWord(name).join("][")}]' as text)`;

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
  await anyRow(read);
  return { read, close: () => read.destroy() };
}

async function momentOf<Seen>(snapshot: OpenSnapshot, look: FirstLook<Seen>): Promise<OpenMoment<Seen>> {
  try {
    return { ...snapshot, seen: await look(snapshot.read) };
  } catch (error) {
    await snapshot.close();
    throw error;
  }
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
  return new Kysely({ dialect: new NamingDialect({ database }) });
}

class NamingDialect extends SqliteDialect {
  override createQueryCompiler(): NamingSqliteCompiler {
    return new NamingSqliteCompiler();
  }
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
