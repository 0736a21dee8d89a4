import { type Kysely, sql } from "kysely";
import type { KeptDecision } from "../../domain/idempotency.ts";
import type { Instant } from "../../domain/time.ts";
import type { Engine } from "../engine/engine.ts";
import { ascending, insertRows, type Session, selectByKeys } from "../engine/statements.ts";
import type { Loaded } from "../loaded.ts";
import type { Database, IdempotencyKeyRow } from "../schema.ts";

const selectKeys = selectByKeys<string, IdempotencyKeyRow>(({ trx }, ids) =>
  trx.selectFrom("idempotency_keys").selectAll().where("id", "in", ids),
);

const insertKeys = insertRows("idempotency_keys");

/** Reads what was decided under these keys. Never changed once stored, so nothing is locked. */
export async function loadDecisions(session: Session, loaded: Loaded, ids: Iterable<string>): Promise<void> {
  const rows = await selectKeys(session, ids);
  loaded.books.load({ decisions: rows.map(decisionOf) });
}

export async function isDecided(db: Kysely<Database>, id: string): Promise<boolean> {
  const row = await db.selectFrom("idempotency_keys").select("id").where("id", "=", id).executeTakeFirst();
  return row !== undefined;
}

/** Two processes with the same key: the second one fails here, reads again, and finds what the first one decided. */
export async function saveDecisions(session: Session, decisions: readonly KeptDecision[]): Promise<void> {
  const rows = decisions.map(({ id, request, result, at }): IdempotencyKeyRow => {
    return { id, request, result: textOf(result), created_at: at };
  });
  await insertKeys(
    session,
    rows.sort((a, b) => ascending(a.id, b.id)),
  );
}

const sweptAtOnce = 1_000;

/** Removes some of the keys that are older; gives how many. Called again until there are none. */
export async function forgetDecisions({ writer }: Engine, before: Instant): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from idempotency_keys where id in (
      select id from idempotency_keys where created_at < ${before} order by created_at limit ${sql.lit(sweptAtOnce)}
    )
  `.execute(writer);
  return Number(numAffectedRows ?? 0n);
}

function decisionOf({ id, request, result, created_at }: IdempotencyKeyRow): KeptDecision {
  return { id, request, result: resultOf(result), at: created_at };
}

/** JSON has no integers of 64 bits: one is kept as an object of this only key. */
const integer = "$integer";

function textOf(result: unknown): string {
  return JSON.stringify(result ?? null, (_, part) =>
    typeof part === "bigint" ? { [integer]: part.toString() } : part,
  );
}

function resultOf(text: string): unknown {
  return JSON.parse(text, (_, part) =>
    typeof part === "object" && part !== null && integer in part ? BigInt(part[integer]) : part,
  );
}
