import type { PostgresPool, PostgresPoolClient } from "kysely";
import pg from "pg";
import { postgresFault } from "./postgres-faults.ts";
import { connectTimeoutMilliseconds, renew, TimedClient } from "./postgres-timeouts.ts";
import { retrying } from "./retry.ts";

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
