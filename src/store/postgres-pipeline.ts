import { type DatabaseConnection, type Kysely, PostgresDialect, Transaction } from "kysely";
import type { QueryResult } from "pg";
import type { BatchRun } from "./engine.ts";
import type { RenewingPool } from "./postgres-pool.ts";
import type { Database } from "./schema.ts";

/**
 * A transaction whose statements do not wait for each other: they are on their way together and run one after the other, in the
 * order they were asked for, so that a batch waits for four or five answers instead of thirty. Kysely's own sends a statement
 * when the one before it is answered.
 *
 * What fails takes all that follows it down, the commit too: the first failure is the reason.
 */
export async function inPipeline<Result>(
  pool: RenewingPool,
  db: Kysely<Database>,
  run: BatchRun<Result>,
): Promise<Result> {
  const client = await pool.connect();
  const query: Query = (sql, parameters) => client.query(sql, parameters as unknown[]);
  const sent: Promise<unknown>[] = [];
  const send = (sql: string) => {
    const done = query(sql);
    done.catch(() => {});
    sent.push(done);
  };
  let isLost = false;
  try {
    send("begin");
    const result = await run(transactionOn(pool, db, query), sent);
    send("commit");
    await allInTurn(sent);
    return result;
  } catch (error) {
    const reason = await firstFailure(sent, error);
    await query("rollback").catch(() => {
      isLost = true;
    });
    throw reason;
  } finally {
    client.release(isLost);
  }
}

async function allInTurn(sent: readonly Promise<unknown>[]): Promise<void> {
  for (const done of sent) await done;
}

/** What a later statement says is only that an earlier one failed. */
async function firstFailure(sent: readonly Promise<unknown>[], error: unknown): Promise<unknown> {
  try {
    await allInTurn(sent);
    return error;
  } catch (earlier) {
    return earlier;
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
      throw new Error("A batch streams nothing.");
    },
  };
  const dialect = new PostgresDialect({ pool });
  const executor = db.getExecutor().withConnectionProvider({ provideConnection: (use) => use(connection) });
  return new Transaction({ config: { dialect }, dialect, driver: dialect.createDriver(), executor });
}
