import { setTimeout as sleep } from "node:timers/promises";
import {
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  PostgresDialect,
  type PostgresPool,
  sql,
  Transaction,
} from "kysely";
import type pg from "pg";
import type { QueryResult } from "pg";
import type { Database } from "../schema.ts";
import { firstRow, NamingPostgresCompiler, placesOfRowWord } from "./columns.ts";
import type { BatchRun, Engine } from "./engine.ts";
import {
  AskedAgain,
  checkSessions,
  keepPrepared,
  type PoolOptions,
  postgresFault,
  ReadingPool,
  RenewingPool,
  readTimeouts,
  withoutTimeouts,
  writeTimeouts,
} from "./postgres-pool.ts";
import { pagesConnections, usualConnections } from "./settings.ts";
import { anyRow, type FirstLook, type OpenMoment, type OpenSnapshot, retrying } from "./transaction.ts";

/**
 * A transaction whose statements do not wait for each other: they are on their way together and run one after the other, in the
 * order they were asked for, so that a batch waits for four or five answers instead of thirty. Kysely's own sends a statement
 * when the one before it is answered.
 *
 * What fails takes all that follows it down, the commit too: the first failure is the reason.
 */
async function inPipeline<Result>(
  pool: RenewingPool,
  db: Kysely<Database>,
  run: BatchRun<Result>,
): Promise<Result> {
  const client = await pool.connect();
  const asked: Promise<unknown>[] = [];
  const ask: Query = (sql, parameters) => {
    const answer = client.query(sql, parameters as unknown[]);
    answer.catch(() => {});
    asked.push(answer);
    return answer;
  };
  let isOver = false;
  // Whoever waited beside what failed goes on, and by then the connection may be another batch's.
  const query: Query = (sql, parameters) => {
    if (isOver) throw new Error("The batch is over.");
    return ask(sql, parameters);
  };
  let isLost = false;
  try {
    void ask("begin");
    const sent: Promise<unknown>[] = [];
    const running = run(transactionOn(pool, db, query), sent);
    const result = await running.finally(() => {
      isOver = true;
    });
    void ask("commit");
    await allInTurn([...asked, ...sent]);
    return result;
  } catch (error) {
    const reason = await firstFailure(asked, error);
    await ask("rollback").catch(() => {
      isLost = true;
    });
    throw reason;
  } finally {
    client.release(isLost);
  }
}

async function allInTurn(answers: readonly Promise<unknown>[]): Promise<void> {
  for (const answer of answers) await answer;
}

/**
 * What a later statement says is only that an earlier one failed, and whoever waited for it may hear so first: the answers
 * come together, and some are handed on by more hands than others.
 */
async function firstFailure(asked: readonly Promise<unknown>[], error: unknown): Promise<unknown> {
  try {
    await allInTurn(asked);
    return error;
  } catch (earlier) {
    return earlier;
  }
}

/**
 * A page's moment. What is asked for before an answer is waited for is on its way together, its beginning with its first look;
 * what pages ask for again and again stays prepared.
 */
async function momentOf<Seen>(
  { pool, db, askedAgain }: { pool: RenewingPool; db: Kysely<Database>; askedAgain: AskedAgain },
  look: FirstLook<Seen>,
): Promise<OpenMoment<Seen>> {
  const client = await pool.connect();
  let isOpen = true;
  const query: Query = (sql, parameters = []) => {
    if (!isOpen) throw new Error("The moment is over.");
    return askedAgain.query(client, sql, parameters);
  };
  const close = async () => {
    if (!isOpen) return;
    isOpen = false;
    // A connection that cannot even do that is nobody's.
    const isLost = await client.query("rollback").then(
      () => false,
      () => true,
    );
    client.release(isLost);
  };
  const begun = client.query("start transaction isolation level repeatable read, read only");
  begun.catch(() => {});
  try {
    const read = transactionOn(pool, db, query);
    const [, seen] = await Promise.all([begun, look(read)]);
    return { read, close, seen };
  } catch (error) {
    await close();
    throw error;
  }
}

type Query = (sql: string, parameters?: readonly unknown[]) => Promise<QueryResult>;

/** Kysely's own way of asking, on this connection. */
function transactionOn(pool: RenewingPool, db: Kysely<Database>, query: Query): Transaction<Database> {
  const connection: DatabaseConnection = {
    executeQuery: async ({ sql, parameters }) => {
      const { rows, rowCount } = await query(sql, parameters);
      return { rows, numAffectedRows: BigInt(rowCount ?? 0) };
    },
    streamQuery: () => {
      throw new Error("Here nothing is streamed.");
    },
  };
  const dialect = new PostgresDialect({ pool });
  const executor = db.getExecutor().withConnectionProvider({ provideConnection: (use) => use(connection) });
  return new Transaction({ config: { dialect }, dialect, driver: dialect.createDriver(), executor });
}

/** While one batch is decided here, another is stored there. Measured: two store a quarter more than one, a third adds little. */
const flushers = 2;

/** How many connections each kind of work may have: writing and migrating always the same, then a third for long looks, of which
 * further ones wait, and the rest for single queries. */
function sharedOut(connections: number): { readonly reading: number; readonly looking: number } {
  const left = connections - (flushers + 1) - 1;
  const looking = Math.max(1, Math.floor(left / 3));
  return { reading: left - looking, looking };
}
/** How far one value of the sequence reaches. */
const numbersPerBlock = 64n;
/** Names the lock that is held, shared, by whoever holds numbers; any two fixed numbers do. */
const numbersLock = [720_575, 9_404] as const;
/** A batch takes milliseconds; what takes longer is waited for another time. */
const settlingMilliseconds = 1_000;
const settlingPauseMilliseconds = 10;
/** Names the lock that migrations take; any fixed number does. */
const schemaLock = 7_205_759_403n;

const columnTypes: Readonly<Record<string, string>> = {
  integer: "bigint",
  bytes: "bytea",
  key_text: 'text collate "C"',
};

interface PostgresOptions extends PoolOptions {
  /** `null`: where the connection leads. */
  readonly schema?: string | null;
  /** Of this process, at most. */
  readonly connections?: number | null;
  readonly isForPages?: boolean;
}

export function openPostgres({
  url,
  onConnectionLost,
  schema = null,
  connections,
  isForPages = false,
}: PostgresOptions): Engine {
  const { reading, looking } = isForPages ? pagesConnections : sharedOut(connections ?? usualConnections);
  const inSchema = schema === null ? [] : [`set search_path to "${schema}"`];
  const onConnect = async (client: pg.ClientBase) => {
    for (const statement of inSchema) await client.query(statement);
  };
  // One more than the flushers: for migrations, deliveries and what else writes apart from the queue.
  const sizes = { min: flushers, max: flushers + 1 };
  const writing = { url, onConnectionLost, onConnect, ...writeTimeouts };
  const writePool = new RenewingPool({ ...writing, ...sizes, pipeline: true });
  const schemaPool = new RenewingPool({ url: withoutTimeouts(url), max: 1, onConnectionLost, onConnect });
  const onReadingConnect = async (client: pg.ClientBase) => {
    await onConnect(client);
    await client.query("set default_transaction_read_only = on");
  };
  const readers = { url, onConnectionLost, onConnect: onReadingConnect, ...readTimeouts };
  const readPool = new RenewingPool({ ...readers, max: reading });
  const snapshotPool = new RenewingPool({ ...readers, max: looking, pipeline: true });
  const askedAgain = new AskedAgain();
  const [writer, schemaWriter, reader, exporter] = [
    writePool,
    schemaPool,
    new ReadingPool(readPool),
    snapshotPool,
  ].map(kyselyOver) as [Kysely<Database>, Kysely<Database>, Kysely<Database>, Kysely<Database>];
  return {
    name: "postgres",
    writer,
    reader,
    readRow: (sql, parameters) => firstRow(reader, sql, parameters),
    aside: reader,
    openSnapshot: () => retrying({ faultOf: postgresFault }, () => snapshotOf(exporter)),
    openMoment: (look) =>
      retrying({ faultOf: postgresFault }, () =>
        momentOf({ pool: snapshotPool, db: reader, askedAgain }, look),
      ),
    slices: {
      milliseconds: 2_000,
      pauseMilliseconds: 0,
      open: () => retrying({ faultOf: postgresFault }, () => snapshotOf(exporter)),
    },
    schemaWriter,
    flushers,
    // Not `for update`: rows that only refer to the locked one need not wait.
    rowLock: "for no key update",
    missingTableCodes: ["42P01", "42703"],
    // What an extension has made stands in many a schema, and is nobody's data.
    standing: `select relname::text as name from pg_class
      where relnamespace = to_regnamespace(current_schema()::text) and relkind in ('r', 'p', 'v', 'm', 'f', 'S')
      and not exists (select from pg_depend where objid = pg_class.oid and deptype = 'e')`,
    foundation: [
      ...(schema === null ? [] : [schemaUnlessThere(schema)]),
      "create table if not exists migrations (name text primary key, applied_at bigint not null)",
      `create sequence if not exists numbers increment by ${numbersPerBlock}`,
    ],
    dialectOf,
    rowWord,
    lockSchema: async (trx) => {
      await trx.executeQuery(CompiledQuery.raw("select pg_advisory_xact_lock($1)", [schemaLock]));
    },
    reserveNumbers,
    numbersSettled: () => retrying({ faultOf: postgresFault }, () => numbersSettled(reader)),
    keepPrepared,
    runForEach: null,
    takesArrays: true,
    inBatch: (run) => inPipeline(writePool, writer, run),
    reservesAhead: true,
    faultOf: postgresFault,
    checkSessions: () => checkSessions(writePool),
    renewConnections: () => {
      for (const pool of [writePool, readPool, snapshotPool]) pool.renewAll();
    },
    checkInPlace: () => {},
    betweenBatches: async () => {},
    migrated: () => {},
    close: async () => {
      await Promise.all([exporter, reader, writer, schemaWriter].map((kysely) => kysely.destroy()));
      await Promise.all([snapshotPool, readPool, writePool, schemaPool].map((pool) => pool.end()));
    },
  };
}

/** `create schema if not exists` asks for the right to create one even where it is there, made by somebody who may. */
const schemaUnlessThere = (schema: string): string => `do $$ begin
  if not exists (select from pg_namespace where nspname = '${schema}') then create schema "${schema}"; end if;
end $$`;

/** Its first query fixes the moment that a repeatable read sees. */
async function snapshotOf(db: Kysely<Database>): Promise<OpenSnapshot> {
  const read = await db
    .startTransaction()
    .setIsolationLevel("repeatable read")
    .setAccessMode("read only")
    .execute();
  const close = async () => void (await read.rollback().execute());
  try {
    await anyRow(read);
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
    .replace(/, row_no\)$/, ", no)")
    .replaceAll(/\b(?:integer|bytes|key_text)\b/g, (type) => columnTypes[type] ?? type)
    .replaceAll(/\brow_word\((\w+)\)/g, (_, name) => rowWord(name));
}

/** As the index of them says it. A NUL, which JSON may have as an escape, is no text here: of such a fact it has nothing. */
function rowWord(name: string, facts?: string): string {
  const body = `${facts === undefined ? "" : `${facts}.`}body`;
  return `(case when strpos(${body}, '\\u') = 0 then cast(${body} as json) #>> '{${placesOfRowWord(name)}}' end collate "C")`;
}

function kyselyOver(pool: PostgresPool): Kysely<Database> {
  return new Kysely({ dialect: new NamingDialect({ pool }) });
}

class NamingDialect extends PostgresDialect {
  override createQueryCompiler(): NamingPostgresCompiler {
    return new NamingPostgresCompiler();
  }
}

/**
 * A sequence hands numbers out in their order, but transactions commit in any: one with a smaller number may still be under
 * way. Each holds {@link numbersLock} together with all others, from before it takes a number until it has ended: whoever
 * holds it now is waited for, whoever comes later has greater numbers.
 */
async function numbersSettled(db: Kysely<Database>): Promise<boolean> {
  const before = await numbering(db);
  for (let waited = 0; ; waited += settlingPauseMilliseconds) {
    const still = before.size === 0 ? before : await numbering(db);
    if (![...before].some((transaction) => still.has(transaction))) return true;
    if (waited >= settlingMilliseconds) return false;
    await sleep(settlingPauseMilliseconds);
  }
}

/** The transactions that hold numbers, by what PostgreSQL calls them. */
async function numbering(db: Kysely<Database>): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ transaction: string }>`
    select virtualtransaction as transaction from pg_locks
    where locktype = 'advisory' and objsubid = 2 and granted
      and classid = ${numbersLock[0]} and objid = ${numbersLock[1]}
      and database = (select oid from pg_database where datname = current_database())
  `.execute(db);
  return new Set(rows.map(({ transaction }) => transaction));
}

/** One value of the sequence stands for a block of numbers, so that a batch reads a few rows instead of hundreds. */
async function reserveNumbers(trx: Transaction<Database>, count: number): Promise<() => bigint> {
  const blocks = (BigInt(count) + numbersPerBlock - 1n) / numbersPerBlock;
  const reserve = CompiledQuery.raw(
    "select nextval('numbers') as first from pg_advisory_xact_lock_shared($1, $2), generate_series(1, $3::bigint)",
    [...numbersLock, blocks],
  );
  const { rows } = await trx.executeQuery<{ first: bigint }>(reserve as CompiledQuery<{ first: bigint }>);
  let taken = 0n;
  return () => {
    const block = rows[Number(taken / numbersPerBlock)];
    if (block === undefined) throw new Error(`More than the ${count} numbers that were reserved are taken.`);
    return block.first + (taken++ % numbersPerBlock);
  };
}
