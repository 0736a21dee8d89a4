import type { Kysely } from "kysely";
import type { Instant } from "../../domain/time.ts";
import type { Database } from "../schema.ts";

/** The lease that whoever works takes and lets go in the same moment: so it says when that was. */
export const workLease = "work";

/** When some process worked last; `null` if none ever has. */
export async function workedAt(db: Kysely<Database>): Promise<Instant | null> {
  const row = await db
    .selectFrom("leases")
    .select("expires_at")
    .where("name", "=", workLease)
    .executeTakeFirst();
  return row?.expires_at ?? null;
}
