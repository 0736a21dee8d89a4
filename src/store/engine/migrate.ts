import type { Kysely, Transaction } from "kysely";
import { CompiledQuery } from "kysely";
import type { Instant } from "../../domain/time.ts";
import { migrations } from "../migrations/all.ts";
import type { Database } from "../schema.ts";
import type { Engine } from "./engine.ts";
import { errorCode } from "./faults.ts";
import { inTransaction, retrying } from "./transaction.ts";

/**
 * Brings the schema up to date, in one transaction: two processes that start at once wait for each other, and a
 * migration that fails leaves nothing behind.
 */
export async function migrate(
  engine: Engine,
  { now, beside }: { readonly now: Instant; readonly beside: boolean },
): Promise<void> {
  const { pending } = await schemaState(engine);
  if (pending.length === 0) return;
  await retrying(engine, () =>
    inTransaction(engine.schemaWriter, async (trx) => {
      await engine.lockSchema(trx);
      if (pending.length === migrations.length) await refuseOthers(engine, trx, beside);
      await applyPending(engine, trx, now);
    }),
  );
}

/** Other tables are where ours should be made: perhaps it is another program's database. */
export class DatabaseNotOurs extends Error {
  readonly code = "database_not_ours";
}

/**
 * Where none of our migrations was applied, whatever stands there is somebody else's.
 * @throws DatabaseNotOurs unless it may stay, and is called otherwise than anything of ours
 */
async function refuseOthers(engine: Engine, trx: Transaction<Database>, beside: boolean): Promise<void> {
  const { rows } = await trx.executeQuery<{ name: string }>(
    CompiledQuery.raw(engine.standing) as CompiledQuery<{ name: string }>,
  );
  // Another process may have been quicker.
  const names = rows.map(({ name }) => name).sort();
  if (names.length === 0 || [...ourNames()].every((name) => names.includes(name))) return;
  const taken = names.filter((name) => ourNames().has(name));
  const shown = (some: readonly string[]) => `${some.slice(0, 5).join(", ")}${some.length > 5 ? ", …" : ""}`;
  const remedy =
    engine.name === "postgres" ? "; DATABASE_SCHEMA names one of its own" : "; name a file of its own";
  if (taken.length > 0)
    throw new DatabaseNotOurs(
      `it holds tables of others that are called as ours are: ${shown(taken)}${remedy}`,
    );
  if (!beside)
    throw new DatabaseNotOurs(
      `it holds tables that are not ours: ${shown(names)}${remedy}, or MIGRATE=beside lets them be`,
    );
}

/** What our migrations make, and what they stand on. */
function ourNames(): ReadonlySet<string> {
  const made = migrations.flatMap(({ statements }) =>
    statements.flatMap((statement) => /^\s*create table (\w+)/.exec(statement)?.[1] ?? []),
  );
  return new Set(["migrations", "numbers", ...made]);
}

async function applyPending(engine: Engine, trx: Transaction<Database>, now: Instant): Promise<void> {
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
    if (engine.missingTableCodes.includes(errorCode(error) ?? "")) return new Set<string>();
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
