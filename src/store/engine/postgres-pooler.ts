import type pg from "pg";
import type { RenewingPool } from "./postgres-pool.ts";

/** What stands between us and PostgreSQL does not keep what we tell a session. */
export class WrongPooler extends Error {
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
