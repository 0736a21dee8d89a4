import { hash } from "node:crypto";
import type { Kysely, Transaction } from "kysely";
import { defaultPolicy, type Policy } from "../../domain/policy/policy.ts";
import type { Instant } from "../../domain/time.ts";
import type { Engine } from "../engine/engine.ts";
import { inTransaction } from "../engine/transaction.ts";
import type { Database } from "../schema.ts";

type Terms = Omit<Policy, "version">;

/**
 * Puts terms in force: as the version they were stored as before, or as the next one. Charges are pinned to versions, so
 * none is ever changed or removed; which one was put in force last is all that changes.
 */
export function putPolicyInForce(engine: Engine, terms: Terms, now: Instant): Promise<number> {
  return inTransaction(engine.writer, (trx) => putInForce(engine, trx, terms, now));
}

/** The version that was put in force last; where there is none yet, `fallback` is put in force, as the first. */
export async function policyInForce(engine: Engine, fallback: Terms, now: Instant): Promise<number> {
  const known = await lastInForce(engine.reader);
  if (known !== undefined) return known;
  return inTransaction(engine.writer, async (trx) => {
    await engine.lockSchema(trx);
    return (await lastInForce(trx)) ?? putInForce(engine, trx, fallback, now);
  });
}

async function putInForce(
  engine: Engine,
  trx: Transaction<Database>,
  terms: Terms,
  now: Instant,
): Promise<number> {
  await engine.lockSchema(trx);
  const body = textOf(terms);
  const named = hash("sha256", body, "hex");
  const stored = await trx
    .selectFrom("policies")
    .select(["version", "hash", "in_force_no"])
    .orderBy("in_force_no")
    .execute();
  const known = stored.find((policy) => policy.hash === named);
  const last = stored.at(-1);
  if (known !== undefined && known === last) return Number(known.version);
  const in_force_no = (last?.in_force_no ?? 0n) + 1n;
  if (known !== undefined) {
    await trx.updateTable("policies").set({ in_force_no }).where("version", "=", known.version).execute();
    return Number(known.version);
  }
  const version = BigInt(stored.length) + 1n;
  await trx
    .insertInto("policies")
    .values({ version, hash: named, body, in_force_no, created_at: now })
    .execute();
  return Number(version);
}

async function lastInForce(db: Kysely<Database>): Promise<number | undefined> {
  const row = await db
    .selectFrom("policies")
    .select("version")
    .orderBy("in_force_no", "desc")
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? undefined : Number(row.version);
}

/** The version these terms were stored as; `undefined` if they never were. Stores nothing. */
export async function findPolicyVersion(db: Kysely<Database>, terms: Terms): Promise<number | undefined> {
  const named = hash("sha256", textOf(terms), "hex");
  const row = await db.selectFrom("policies").select("version").where("hash", "=", named).executeTakeFirst();
  return row === undefined ? undefined : Number(row.version);
}

/** All versions, in the order in which they were put in force: the last one is. */
export async function storedPolicies(db: Kysely<Database>): Promise<Policy[]> {
  const rows = await db.selectFrom("policies").select(["version", "body"]).orderBy("in_force_no").execute();
  return rows.map(({ version, body }) => ({ version: Number(version), ...termsOf(body) }));
}

/** A term that came later and says nothing is left out: what was stored before it is the same policy. */
function textOf({ writeOffLimit, standalone, ...terms }: Terms): string {
  const said = {
    ...terms,
    ...(Object.keys(writeOffLimit).length === 0 ? {} : { writeOffLimit }),
    ...(standalone === defaultPolicy.standalone ? {} : { standalone }),
  };
  return JSON.stringify(said, (_, part) => (typeof part === "bigint" ? part.toString() : part));
}

/** The inverse: of what a policy holds, only these are integers. */
function termsOf(text: string): Terms {
  const terms: Terms = { writeOffLimit: {}, standalone: defaultPolicy.standalone, ...JSON.parse(text) };
  const amounts = (stored: Readonly<Record<string, bigint>>) =>
    Object.fromEntries(Object.entries(stored).map(([code, amount]) => [code, BigInt(amount)]));
  const integer = (value: bigint | null) => (value === null ? null : BigInt(value));
  return {
    ...terms,
    booksStartAt: integer(terms.booksStartAt),
    lowBalance: amounts(terms.lowBalance),
    writeOffLimit: amounts(terms.writeOffLimit),
    meters: terms.meters.map((meter) => ({ ...meter, from: integer(meter.from) })),
  };
}
