import type { Kysely } from "kysely";
import type { Claim } from "../../../domain/facts/claims.ts";
import { claimOf } from "../../inbox/claims.ts";
import type { Database } from "../../schema.ts";

/** A claim, and when the fact that made it was heard. */
export interface StoredClaim {
  readonly claim: Claim;
  readonly heard: bigint;
}

/** Names of one statement: SQLite takes no more parameters than some ten thousands. */
const mostNames = 1_000;

export async function claimsNamed(
  db: Kysely<Database>,
  names: readonly string[],
): Promise<ReadonlyMap<string, StoredClaim>> {
  const distinct = [...new Set(names)];
  const found = new Map<string, StoredClaim>();
  for (let start = 0; start < distinct.length; start += mostNames) {
    const rows = await db
      .selectFrom("claims")
      .selectAll()
      .where("name", "in", distinct.slice(start, start + mostNames))
      .execute();
    for (const row of rows) found.set(row.name, { claim: claimOf(row), heard: row.heard });
  }
  return found;
}

/** The next names after one. */
export async function claimNames(db: Kysely<Database>, after: string, size: number): Promise<string[]> {
  const rows = await db
    .selectFrom("claims")
    .select("name")
    .where("name", ">", after)
    .orderBy("name")
    .limit(size)
    .execute();
  return rows.map(({ name }) => name);
}

/** Claims that no fact made: goes through all of them. */
export async function unmadeClaims(db: Kysely<Database>): Promise<string[]> {
  const rows = await db
    .selectFrom("claims")
    .leftJoin("facts", "facts.heard", "claims.heard")
    .select("claims.name")
    .where("facts.heard", "is", null)
    .execute();
  return rows.map(({ name }) => name);
}
