import type { Kysely } from "kysely";
import type { ChargeId } from "../../../domain/ids.ts";
import type { Database } from "../../schema.ts";

/** Charges that have not settled and whose owner was read by another policy than one of these, oldest first. */
export async function chargesReadOtherwise(
  db: Kysely<Database>,
  versions: readonly number[],
  limit: number,
): Promise<ChargeId[]> {
  const rows = await db
    .selectFrom("charges")
    .select("id")
    .where("owner_version", "is not", null)
    .where("owner_version", "not in", versions.map(BigInt))
    .orderBy("no")
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id as ChargeId);
}
