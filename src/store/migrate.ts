import type { Kysely, Transaction } from "kysely";
import { CompiledQuery } from "kysely";
import type { Instant } from "../domain/time.ts";
import type { Engine } from "./engine.ts";
import { errorCode } from "./faults.ts";
import { migrations } from "./migrations/all.ts";
import { retrying } from "./retry.ts";
import type { Database } from "./schema.ts";
import { inTransaction } from "./transaction.ts";

/**
 * Brings the schema up to date, in one transaction: two processes that start at once wait for each other, and a
 * migration that fails leaves nothing behind.
 */
export async function migrate(engine: Engine, now: Instant): Promise<void> {
  if ((await schemaState(engine)).pending.length === 0) return;
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

/** How the database's schema differs from what this version knows, by the names of migrations. */
export interface SchemaState {
  /** Those that are still to be applied. */
  readonly pending: readonly string[];
  /** Those that a newer version applied. */
  readonly unknown: readonly string[];
}

export async function schemaState(engine: Engine): Promise<SchemaState> {
  const applied = await appliedMigrations(engine.reader).catch((error: unknown) => {
    if (errorCode(error) === engine.missingTableCode) return new Set<string>();
    throw error;
  });
  const known = migrations.map(({ name }) => name);
  return {
    pending: known.filter((name) => !applied.has(name)),
    unknown: [...applied].filter((name) => !known.includes(name)).sort(),
  };
}

async function appliedMigrations(db: Kysely<Database>): Promise<Set<string>> {
  const rows = await db.selectFrom("migrations").select("name").execute();
  return new Set(rows.map(({ name }) => name));
}
