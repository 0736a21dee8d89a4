import { hash } from "node:crypto";
import type { Kysely } from "kysely";
import type { Policy } from "../domain/policy/policy.ts";
import type { Instant } from "../domain/time.ts";
import type { Engine } from "./engine.ts";
import type { Database } from "./schema.ts";
import { inTransaction } from "./transaction.ts";

type Terms = Omit<Policy, "version">;

/**
 * The version these terms have: the one they were stored as before, or the next one. Charges are pinned to versions, so
 * none is ever changed or removed.
 */
export async function policyVersion(engine: Engine, terms: Terms, now: Instant): Promise<number> {
  const body = textOf(terms);
  const named = hash("sha256", body, "hex");
  return inTransaction(engine.writer, async (trx) => {
    await engine.lockSchema(trx);
    const known = await trx
      .selectFrom("policies")
      .select("version")
      .where("hash", "=", named)
      .executeTakeFirst();
    if (known !== undefined) return Number(known.version);
    const last = await trx
      .selectFrom("policies")
      .select(({ fn }) => fn.max("version").as("version"))
      .executeTakeFirst();
    const version = BigInt(last?.version ?? 0) + 1n;
    await trx.insertInto("policies").values({ version, hash: named, body, created_at: now }).execute();
    return Number(version);
  });
}

/** The version these terms were stored as; `undefined` if they never were. Stores nothing. */
export async function findPolicyVersion(db: Kysely<Database>, terms: Terms): Promise<number | undefined> {
  const named = hash("sha256", textOf(terms), "hex");
  const row = await db.selectFrom("policies").select("version").where("hash", "=", named).executeTakeFirst();
  return row === undefined ? undefined : Number(row.version);
}

export async function storedPolicies(db: Kysely<Database>): Promise<Policy[]> {
  const rows = await db.selectFrom("policies").select(["version", "body"]).orderBy("version").execute();
  return rows.map(({ version, body }) => ({ version: Number(version), ...termsOf(body) }));
}

/** A term that came later and says nothing is left out: what was stored before it is the same policy. */
function textOf({ writeOffLimit, ...terms }: Terms): string {
  const said = Object.keys(writeOffLimit).length === 0 ? terms : { ...terms, writeOffLimit };
  return JSON.stringify(said, (_, part) => (typeof part === "bigint" ? part.toString() : part));
}

/** The inverse: of what a policy holds, only these are integers. */
function termsOf(text: string): Terms {
  const terms: Terms = { writeOffLimit: {}, ...JSON.parse(text) };
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
