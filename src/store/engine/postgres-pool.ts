import { createHash } from "node:crypto";
import type { PostgresPool, PostgresPoolClient } from "kysely";
import pg from "pg";
import { isKnownColumn } from "./columns.ts";
import { errorCode, type Fault, type Faults, faultNamed, ofTheWork } from "./faults.ts";
import { retrying } from "./transaction.ts";

const names = new Map<string, string>();

const nameOf = (sql: string): string =>
  `tallyhook_${createHash("sha256").update(sql).digest("hex").slice(0, 24)}`;

/**
 * Has PostgreSQL keep a statement prepared on every connection; for statements of which there are few, used often. A name says
 * which statement it is, in every process.
 */
export function keepPrepared(sql: string): void {
  if (!names.has(sql)) names.set(sql, nameOf(sql));
}

/** A client that sends the statements of {@link keepPrepared} by name: parsed and planned once per connection. */
class NamingClient extends pg.Client {
  // The driver overloads `query` a dozen times; Kysely calls it with text and values, and that is all that is changed.
  override query(...given: unknown[]): never {
    const [text, values] = given;
    const name = typeof text === "string" ? names.get(text) : undefined;
    const call = super.query as (...args: unknown[]) => never;
    return name === undefined ? call.apply(this, given) : call.call(this, { name, text, values });
  }
}

/**
 * SQLSTATE codes, and classes of them by their first characters (PostgreSQL's documentation, appendix A); below them the
 * codes of the socket, of TLS and of streams, and names of our own for errors that have words only. What is not listed is the
 * work's own: data that does not fit (22), a constraint (23), what a trigger raised (P0).
 */
const faults: Faults = {
  "08": { is: "connection_exception, and what a pooler says", of: "database", again: true },
  "0A000": { is: "feature_not_supported: a cached plan of before", of: "database", again: true, renew: true },
  "23505": { is: "unique_violation: somebody else stored the new row first", of: "work", again: true },
  "25": { is: "invalid_transaction_state", of: "database", again: true, renew: true },
  "25P02": {
    is: "in_failed_sql_transaction: what an earlier statement did to those behind it",
    of: "work",
    again: true,
  },
  "25006": { is: "read_only_sql_transaction", of: "database", again: true, renew: true, refusesWrites: true },
  "26000": { is: "invalid_sql_statement_name: another session's", of: "database", again: true, renew: true },
  "28": { is: "invalid_authorization_specification", of: "database", mistake: true },
  "3D000": { is: "invalid_catalog_name: no such database", of: "database", mistake: true },
  "3F000": { is: "invalid_schema_name", of: "part" },
  "40": { is: "transaction_rollback: serialization, deadlock", of: "database", again: true },
  "42501": { is: "insufficient_privilege", of: "part" },
  "42703": { is: "undefined_column", of: "part" },
  "42704": { is: "undefined_object", of: "part" },
  "42883": { is: "undefined_function", of: "part" },
  "42P01": { is: "undefined_table", of: "part" },
  "42P05": {
    is: "duplicate_prepared_statement: another session's",
    of: "database",
    again: true,
    renew: true,
  },
  "53": { is: "insufficient_resources: memory, configured limits", of: "database" },
  "53100": { is: "disk_full", of: "database", refusesWrites: true },
  "53300": { is: "too_many_connections", of: "database", again: true },
  "55": { is: "object_not_in_prerequisite_state", of: "database" },
  "55P03": { is: "lock_not_available", of: "database", again: true },
  "57": { is: "operator_intervention: shut down, starting, dropped", of: "database", again: true },
  "57014": { is: "query_canceled", of: "database", again: true },
  "58": { is: "system_error", of: "database" },
  "58030": { is: "io_error", of: "database", refusesWrites: true },
  F0: { is: "config_file_error", of: "database" },
  XX001: { is: "data_corrupted", of: "part" },
  XX002: { is: "index_corrupted", of: "part" },

  ECONN: { is: "reset, refused, aborted", of: "database", again: true },
  EPIPE: { is: "written to a connection that is closed", of: "database", again: true },
  EPROTO: { is: "TLS broke", of: "database", mistake: true },
  EHOST: { is: "no way to the host", of: "database" },
  ENET: { is: "no network", of: "database" },
  EADDRNOTAVAIL: { is: "no port left to connect from", of: "database" },
  EAI_: { is: "the name was not resolved", of: "database" },
  ENOTFOUND: { is: "the name does not exist", of: "database" },
  ENOENT: { is: "no such socket file", of: "database" },
  EMFILE: { is: "too many open files in this process", of: "database" },
  ENFILE: { is: "too many open files on this machine", of: "database" },
  ENOBUFS: { is: "no memory for sockets", of: "database" },
  ETIMEDOUT: { is: "no answer in time", of: "database", renew: true },
  ERR_SOCKET: { is: "closed", of: "database", again: true },
  ERR_STREAM_DESTROYED: { is: "closed", of: "database", again: true },
  ERR_STREAM_WRITE_AFTER_END: { is: "closed", of: "database", again: true },
  ERR_TLS: { is: "the server's certificate", of: "database", mistake: true },
  ERR_SSL: { is: "TLS", of: "database", mistake: true },
  CERT_: { is: "the server's certificate", of: "database", mistake: true },
  DEPTH_ZERO_SELF_SIGNED_CERT: { is: "the server's certificate", of: "database", mistake: true },
  SELF_SIGNED_CERT: { is: "the server's certificate", of: "database", mistake: true },
  UNABLE_TO_: { is: "the server's certificate", of: "database", mistake: true },

  unknown_column: { is: "another version added a column that must be filled", of: "part" },
  statement_timeout: { is: "the server cancelled what took too long", of: "database" },
  connection_lost: { is: "closed under a query, or before it", of: "database", again: true },
  not_connected: { is: "refused before a session began", of: "database", mistake: true },
};

/** How errors begin that have no code, or one that says too little: the driver's, its pool's, Kysely's, PostgreSQL's. */
const words: readonly (readonly [beginning: RegExp, name: string])[] = [
  [/^canceling statement due to statement timeout/, "statement_timeout"],
  [/^timeout expired/, "ETIMEDOUT"],
  [/^timeout exceeded when trying to connect/, "ETIMEDOUT"],
  [/^Connection terminated due to connection timeout/, "ETIMEDOUT"],
  [/^Query read timeout/, "ETIMEDOUT"],
  [/^Connection terminated/, "connection_lost"],
  [/^Client has encountered a connection error and is not queryable/, "connection_lost"],
  [/^Client was closed and is not queryable/, "connection_lost"],
  [/^Postgres connection has been discarded/, "connection_lost"],
  [/^Received unexpected \w+ message from backend/, "connection_lost"],
  [/^received invalid response/, "connection_lost"],
  [/^This socket has been ended by the other party/, "connection_lost"],
  [/^The server does not support SSL connections/, "not_connected"],
  [/^There was an error establishing an SSL connection/, "not_connected"],
  [/^unsupported startup parameter/, "not_connected"],
  [/^SASL: /, "not_connected"],
  [/^Unknown authenticationOk message type/, "not_connected"],
];

const notNullViolation = "23502";

export function postgresFault(error: unknown): Fault {
  const { message, table, column } = (error ?? {}) as Record<string, unknown>;
  const code = errorCode(error);
  const named = words.find(([beginning]) => beginning.test(String(message)))?.[1];
  const isForeign = code === notNullViolation && !isKnownColumn(String(table), String(column));
  const name = isForeign ? "unknown_column" : (named ?? code);
  return name === undefined ? ofTheWork : faultNamed(faults, name);
}

/**
 * What the server itself ends, in milliseconds; the same words at the end of a database URL
 * (`?statement_timeout=60000`, 0 for never) say otherwise. A batch takes milliseconds. Another process that stopped within
 * a transaction keeps its locks only for as long as it may be idle there.
 */
export const writeTimeouts = {
  statement_timeout: 10_000,
  lock_timeout: 5_000,
  idle_in_transaction_session_timeout: 10_000,
};
export const readTimeouts = { statement_timeout: 30_000 };

/** A migration takes the time it takes, whatever the URL says of other statements. */
export function withoutTimeouts(url: string): string {
  return url.replaceAll(/(?<=[?&])(?:statement|lock|idle_in_transaction_session)_timeout=[^&]*&?/g, "");
}

/** For a connection to be made, or to become free. */
const connectTimeoutMilliseconds = 5_000;

/** How much longer than the server may take over a statement its answer is waited for. */
const graceMilliseconds = 2_000;
const closeTimeoutMilliseconds = 2_000;

const timedOut = "ETIMEDOUT";

/** The server may have done what it was asked to: nobody knows. */
class NoAnswer extends Error {
  readonly code = timedOut;
  constructor(milliseconds: number) {
    super(`PostgreSQL did not answer within ${milliseconds / 1000} s.`);
  }
}

/** Said by a client that met an error after which the connections of before are not to be used. */
const renew = "renew";

/** What the driver's types keep to themselves. */
interface Inside {
  readonly connection: pg.Connection & { readonly parsedStatements: Record<string, string> };
  readonly connectionParameters: { readonly statement_timeout: number | string | false };
}

/**
 * A client that waits for no answer for ever: a server that hangs, or is behind a network that does, closes nothing. The
 * connection is given up, since whatever it says later would be taken for the answer to another question.
 */
class TimedClient extends NamingClient {
  override query(...given: unknown[]): never {
    const answer = (super.query as (...args: unknown[]) => unknown).apply(this, given);
    const limit = Number(this.#inside.connectionParameters.statement_timeout || 0);
    if (answer instanceof Promise) {
      if (limit > 0) this.#limit(answer, limit + graceMilliseconds);
      answer.catch((error: unknown) => {
        if (postgresFault(error).renew) this.emit(renew);
      });
    }
    return answer as never;
  }

  override end(...given: unknown[]): never {
    const { stream } = this.#inside.connection;
    const giveUp = setTimeout(() => stream.destroy(), closeTimeoutMilliseconds);
    this.once("end", () => clearTimeout(giveUp));
    return (super.end as (...args: unknown[]) => unknown).apply(this, given) as never;
  }

  get #inside(): Inside {
    return this as unknown as Inside;
  }

  #limit(answer: Promise<unknown>, milliseconds: number): void {
    const { stream } = this.#inside.connection;
    const giveUp = setTimeout(() => stream.destroy(new NoAnswer(milliseconds)), milliseconds);
    const stop = () => clearTimeout(giveUp);
    answer.then(stop, stop);
  }
}

/** Statements that a connection remembers; what was asked for least lately makes room. */
const remembered = 300;

/**
 * Has a connection keep prepared what it is asked for again: to plan a page's query takes several times as long as to run it.
 * What is asked for once, with a list of a length of its own, costs nobody anything.
 */
export class AskedAgain {
  /** Of each connection its statements, the one that was asked for last at the end; with a name once it is prepared. */
  readonly #known = new WeakMap<pg.ClientBase, Map<string, string | null>>();
  readonly #most: number;

  constructor(most = remembered) {
    this.#most = most;
  }

  query(client: pg.ClientBase, sql: string, parameters: readonly unknown[]): Promise<pg.QueryResult> {
    const known = this.#known.get(client) ?? new Map<string, string | null>();
    this.#known.set(client, known);
    const name = known.has(sql) ? (known.get(sql) ?? nameOf(sql)) : null;
    known.delete(sql);
    known.set(sql, name);
    if (known.size > this.#most) forgetFirst(client, known);
    const values = parameters as unknown[];
    return name === null ? client.query(sql, values) : client.query({ name, text: sql, values });
  }
}

function forgetFirst(client: pg.ClientBase, known: Map<string, string | null>): void {
  const [first = ["", null]] = known;
  const [sql, name] = first;
  known.delete(sql);
  if (name === null) return;
  // Whoever asks for it again has it parsed again.
  delete (client as unknown as Inside).connection.parsedStatements[name];
  client.query(`deallocate ${name}`).catch(() => {});
}

export interface PoolOptions {
  readonly url: string;
  /** Told when a connection breaks; the pool replaces it. */
  onConnectionLost(error: Error): void;
}

/**
 * Connections to PostgreSQL, of which none is lent out again that was made before {@link renewAll}: a server that became
 * writable again, a table that was changed or a network that was cut is another one only to a new connection.
 */
export class RenewingPool implements PostgresPool {
  readonly #pool: pg.Pool;
  readonly #made = new WeakMap<object, number>();
  #generation = 0;
  #ended: Promise<void> | undefined;

  constructor({ url, onConnectionLost, ...config }: PoolOptions & pg.PoolConfig) {
    this.#pool = new pg.Pool({
      connectionString: url,
      connectionTimeoutMillis: connectTimeoutMilliseconds,
      // In pg_stat_activity and the server's log; the URL may say another.
      application_name: "tallyhook",
      // What a connection through a network meets that forgets who is silent.
      keepAlive: true,
      Client: TimedClient,
      ...config,
      types: { getTypeParser: parserOf as typeof pg.types.getTypeParser },
    });
    // Without a listener the end of a connection that nobody queries would end the process: the pool's hears of those it
    // holds, the client's also of one that is lent out, between two statements of a transaction.
    this.#pool.on("error", () => {});
    this.#pool.on("connect", (client) => {
      this.#made.set(client, this.#generation);
      client.on("error", onConnectionLost);
      (client as NodeJS.EventEmitter).on(renew, () => {
        if (!this.#isOld(client)) this.renewAll();
      });
    });
  }

  get options(): object {
    return this.#pool.options;
  }

  async connect(): Promise<pg.PoolClient> {
    for (;;) {
      const client = await this.#pool.connect();
      if (!this.#isOld(client)) return client;
      client.release(true);
    }
  }

  renewAll(): void {
    this.#generation += 1;
  }

  /** Kysely ends only what it has used. */
  end(): Promise<void> {
    this.#ended ??= this.#pool.end();
    return this.#ended;
  }

  #isOld(client: object): boolean {
    return this.#made.get(client) !== this.#generation;
  }
}

/** Lends out connections for single queries that only read: one that fails with its connection is asked again on another. */
export class ReadingPool implements PostgresPool {
  readonly #pool: RenewingPool;

  constructor(pool: RenewingPool) {
    this.#pool = pool;
  }

  get options(): object {
    return this.#pool.options;
  }

  async connect(): Promise<PostgresPoolClient> {
    const pool = this.#pool;
    let client: pg.PoolClient | undefined = await retrying({ faultOf: postgresFault }, () => pool.connect());
    const ask = async (sql: string, parameters: readonly unknown[]) => {
      client ??= await pool.connect();
      try {
        return await client.query(sql, parameters as unknown[]);
      } catch (error) {
        if (postgresFault(error).again) {
          client.release(true);
          client = undefined;
        }
        throw error;
      }
    };
    const query = (sql: string, parameters: readonly unknown[]) =>
      retrying({ faultOf: postgresFault }, () => ask(sql, parameters));
    return {
      // The other way to call it is for cursors, which nothing here uses.
      query: query as unknown as PostgresPoolClient["query"],
      release: () => client?.release(),
    };
  }

  end(): Promise<void> {
    return this.#pool.end();
  }
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

/** What stands between us and PostgreSQL does not keep what we tell a session. */
class WrongPooler extends Error {
  readonly code = "wrong_pooler";
}

const perTransaction =
  "a pooler gives every transaction another session; set pool_mode = session for this database in PgBouncer, " +
  "or name PostgreSQL's own address";
const parametersRefused =
  "the pooler refuses our timeouts; set ignore_startup_parameters = extra_float_digits, statement_timeout, lock_timeout, " +
  "idle_in_transaction_session_timeout in PgBouncer, and pool_mode = session";

/**
 * What we prepare, and what a connection that only reads is told once, belongs to a session. Two connections, asked in turn and
 * each twice in a row, are always answered by the same two processes, unless somebody shares these out by the transaction.
 * @throws WrongPooler
 */
export async function checkSessions(pool: RenewingPool): Promise<void> {
  const [one, other] = [await connected(pool), await connected(pool)];
  try {
    const [first, second] = [new Set<bigint>(), new Set<bigint>()];
    for (let round = 0; round < 3; round += 1) {
      first.add(await backendOf(one));
      first.add(await backendOf(one));
      second.add(await backendOf(other));
    }
    if (new Set([...first, ...second]).size !== 2 || first.size !== 1) throw new WrongPooler(perTransaction);
  } finally {
    one.release();
    other.release();
  }
}

async function connected(pool: RenewingPool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    if (/^unsupported startup parameter/.test(String((error as { message?: unknown }).message)))
      throw new WrongPooler(parametersRefused, { cause: error });
    throw error;
  }
}

async function backendOf(client: pg.PoolClient): Promise<bigint> {
  const { rows } = await client.query<{ pid: bigint }>("select pg_backend_pid() as pid");
  return rows[0]?.pid ?? 0n;
}
