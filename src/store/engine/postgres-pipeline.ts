import { type DatabaseConnection, type Kysely, PostgresDialect, Transaction } from "kysely";
import type { QueryResult } from "pg";
import type { Database } from "../schema.ts";
import type { BatchRun } from "./engine.ts";
import type { RenewingPool } from "./postgres-pool.ts";

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
