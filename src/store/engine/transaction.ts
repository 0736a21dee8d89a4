import type { Kysely, Transaction } from "kysely";
import type { Database } from "../schema.ts";

/**
 * Commits what `run` did, or nothing of it. A rollback that fails too (the disk is full, the connection is gone) does not
 * hide the error that led to it.
 */
export async function inTransaction<Result>(
  db: Kysely<Database>,
  run: (trx: Transaction<Database>) => Promise<Result>,
): Promise<Result> {
  const trx = await db.startTransaction().execute();
  try {
    const result = await run(trx);
    await trx.commit().execute();
    return result;
  } catch (error) {
    await trx
      .rollback()
      .execute()
      .catch(() => {});
    throw error;
  }
}
