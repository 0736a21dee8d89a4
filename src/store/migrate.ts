import type { Kysely, Transaction } from "kysely";
import { CompiledQuery } from "kysely";
import type { Instant } from "../domain/time.ts";
import { type Engine, errorCode } from "./engine.ts";
import { migrations } from "./migrations/all.ts";
import { retrying } from "./retry.ts";
import type { Database } from "./schema.ts";
import { inTransaction } from "./transaction.ts";

/**
 * Brings the schema up to date, in one transaction: two processes that start at once wait for each other, and a
 * migration that fails leaves nothing behind.
 */
export async function migrate(engine: Engine, now: Instant): Promise<void> {
  if ((await pendingMigrations(engine)).length === 0) return;
  await retrying(engine, () => inTransaction(engine.schemaWriter, (trx) => applyPending(engine, trx, now)));
}

async function applyPending(engine: Engine, trx: Transaction<Database>, now: Instant): Promise<void> {
  await engine.lockSchema(trx);
  for (const statement of engine.foundation) await trx.executeQuery(CompiledQuery.raw(statement));
  const applied = await appliedMigrations(trx);
  for (const { name, statements } of migrations) {
    if (applied.has(name)) continue;
    for (const statement of statements)
      await trx.executeQuery(CompiledQuery.raw(engine.dialectOf(statement)));
    await trx.insertInto("migrations").values({ name, applied_at: now }).execute();
  }
}

/** Names of the migrations this program knows and the database lacks. */
export async function pendingMigrations(engine: Engine): Promise<string[]> {
  const applied = await appliedMigrations(engine.writer).catch((error: unknown) => {
    if (errorCode(error) === engine.missingTableCode) return new Set<string>();
    throw error;
  });
  return migrations.map(({ name }) => name).filter((name) => !applied.has(name));
}

async function appliedMigrations(db: Kysely<Database>): Promise<Set<string>> {
  const rows = await db.selectFrom("migrations").select("name").execute();
  return new Set(rows.map(({ name }) => name));
}
