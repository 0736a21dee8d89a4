import { CompiledQuery, Kysely, PostgresDialect, type Transaction } from "kysely";
import pg from "pg";
import { type Engine, errorCode } from "./engine.ts";
import { keepPrepared } from "./postgres-statements.ts";
import {
  codeOfWords,
  connectTimeoutMilliseconds,
  readTimeouts,
  TimedClient,
  withoutTimeouts,
  writeTimeouts,
} from "./postgres-timeouts.ts";
import type { Database } from "./schema.ts";
import type { Snapshot } from "./snapshot.ts";

/** While one batch is decided here, another is stored there. Measured: two store a quarter more than one, a third adds little. */
const flushers = 2;
const readConnections = 8;
/** How many exports may run at once; further ones wait. */
const snapshotConnections = 4;
/** How far one value of the sequence reaches. */
const numbersPerBlock = 64n;
/** Names the lock that migrations take; any fixed number does. */
const schemaLock = 7_205_759_403n;

const retryableCodes = new Set([
  // unique_violation: another process stored the same new row first; read again, the work finds it there.
  "23505",
  // serialization_failure, deadlock_detected, lock_not_available
  "40001",
  "40P01",
  "55P03",
  // admin_shutdown, crash_shutdown, cannot_connect_now, too_many_connections
  "57P01",
  "57P02",
  "57P03",
  "53300",
  // connection_exception and its kinds; below them those of the socket
  "08000",
  "08001",
  "08003",
  "08006",
  "ECONNRESET",
  "ECONNREFUSED",
  "EPIPE",
]);

/**
 * The kinds of SQLSTATE (insufficient resources, operator intervention, invalid authorization …) and of the socket's errors
 * that say nothing about the work: no other one would fare better now.
 */
const unavailableCodes =
  /^(?:08|28|53|58)...$|^(?:25006|3D000|55000|55P03|57014|57P..)$|^E(?:CONN\w+|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH|AI_AGAIN)$|^ENOTFOUND$/;

/** read_only_sql_transaction, disk_full, io_error */
const refusingCodes = new Set(["25006", "53100", "58030"]);

function codeOf(error: unknown): string {
  return errorCode(error) ?? codeOfWords(String((error as { message?: unknown }).message));
}

const columnTypes: Readonly<Record<string, string>> = {
  integer: "bigint",
  bytes: "bytea",
  key_text: 'text collate "C"',
};

export interface PostgresOptions {
  readonly url: string;
  /** Told when a connection breaks; the pool replaces it. */
  onConnectionLost(error: Error): void;
}

export function openPostgres({ url, onConnectionLost }: PostgresOptions): Engine {
  // One more than the flushers: for migrations, deliveries and what else writes apart from the queue.
  const writePool = poolOf({ url, max: flushers + 1, onConnectionLost, ...writeTimeouts });
  const readPool = poolOf({ url, max: readConnections, onConnectionLost, ...readTimeouts });
  const schemaPool = poolOf({ url: withoutTimeouts(url), max: 1, onConnectionLost });
  const writer = new Kysely<Database>({ dialect: new PostgresDialect({ pool: writePool }) });
  const schemaWriter = new Kysely<Database>({ dialect: new PostgresDialect({ pool: schemaPool }) });
  const readOnly = CompiledQuery.raw("set default_transaction_read_only = on");
  const readerOver = (pool: pg.Pool) =>
    new Kysely<Database>({
      dialect: new PostgresDialect({
        pool,
        onCreateConnection: async (connection) => void (await connection.executeQuery(readOnly)),
      }),
    });
  const reader = readerOver(readPool);
  const exporter = readerOver(poolOf({ url, max: snapshotConnections, onConnectionLost, ...readTimeouts }));
  return {
    name: "postgres",
    writer,
    reader,
    openSnapshot: () => snapshotOf(exporter),
    schemaWriter,
    flushers,
    // Not `for update`: rows that only refer to the locked one need not wait.
    rowLock: "for no key update",
    missingTableCode: "42P01",
    foundation: [
      "create table if not exists migrations (name text primary key, applied_at bigint not null)",
      `create sequence if not exists numbers increment by ${numbersPerBlock}`,
    ],
    dialectOf,
    lockSchema: async (trx) => {
      await trx.executeQuery(CompiledQuery.raw("select pg_advisory_xact_lock($1)", [schemaLock]));
    },
    reserveNumbers,
    keepPrepared,
    runForEach: null,
    isRetryable: (error) => retryableCodes.has(codeOf(error)),
    isUnavailable: (error) => unavailableCodes.test(codeOf(error)),
    refusesToWrite: (error) => refusingCodes.has(codeOf(error)),
    checkInPlace: () => {},
    betweenBatches: async () => {},
    migrated: () => {},
    close: async () => {
      await Promise.all([exporter, reader, writer, schemaWriter].map((pool) => pool.destroy()));
    },
  };
}

/** Its first query fixes the moment that a repeatable read sees. */
async function snapshotOf(db: Kysely<Database>): Promise<Snapshot> {
  const read = await db
    .startTransaction()
    .setIsolationLevel("repeatable read")
    .setAccessMode("read only")
    .execute();
  const close = async () => void (await read.rollback().execute());
  try {
    await read.selectFrom("migrations").select("name").limit(1).execute();
  } catch (error) {
    await close().catch(() => {});
    throw error;
  }
  return { read, close };
}

/**
 * PostgreSQL's words for the types, without SQLite's table options. Also without references: PostgreSQL checks each by a
 * query and a row lock of its own, which took a quarter of the time of a batch. A row refers to what the same transaction
 * locked or made; the tests run the same code against SQLite, which does check.
 */
function dialectOf(statement: string): string {
  return statement
    .replaceAll(/,\s*foreign key \([^)]*\) references \w+ \([^)]*\)/g, "")
    .replaceAll(/ references \w+ \([^)]*\)/g, "")
    .replace(/\) strict(?:, without rowid)?$/, ")")
    .replaceAll(/\b(?:integer|bytes|key_text)\b/g, (type) => columnTypes[type] ?? type);
}

function poolOf({ url, onConnectionLost, ...options }: PostgresOptions & pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMilliseconds,
    Client: TimedClient,
    ...options,
    types: { getTypeParser: parserOf as typeof pg.types.getTypeParser },
  });
  // Without a listener the end of a connection that nobody queries would end the process: the pool's hears of those it
  // holds, the client's also of one that is lent out, between two statements of a transaction.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", onConnectionLost));
  return pool;
}

const { INT2, INT4, INT8, NUMERIC } = pg.types.builtins;
/** What PostgreSQL makes of a literal (int4), a count (int8) and a sum of int8 (numeric); a fraction would throw. */
const integers: ReadonlySet<number> = new Set([INT2, INT4, INT8, NUMERIC]);

/**
 * Every integer becomes a `bigint`, as on SQLite, whether it is a column's or computed. Here, and not in the driver's
 * global table: an app may use the same driver.
 */
function parserOf(type: number, format?: "text" | "binary"): unknown {
  return integers.has(type) ? BigInt : pg.types.getTypeParser(type, format as "text");
}

/** One value of the sequence stands for a block of numbers, so that a batch reads a few rows instead of hundreds. */
async function reserveNumbers(trx: Transaction<Database>, count: number): Promise<() => bigint> {
  const blocks = (BigInt(count) + numbersPerBlock - 1n) / numbersPerBlock;
  const reserve = CompiledQuery.raw(
    "select nextval('numbers') as first from generate_series(1, $1::bigint)",
    [blocks],
  );
  const { rows } = await trx.executeQuery<{ first: bigint }>(reserve as CompiledQuery<{ first: bigint }>);
  let taken = 0n;
  return () => {
    const block = rows[Number(taken / numbersPerBlock)];
    if (block === undefined) throw new Error(`More than the ${count} numbers that were reserved are taken.`);
    return block.first + (taken++ % numbersPerBlock);
  };
}
