import type { Kysely } from "kysely";
import type { Source } from "../../domain/ids.ts";
import type { Instant } from "../../domain/time.ts";
import type { Database } from "../schema.ts";

/** Of how many currencies the balance at an instant is known. */
export async function openingsAt(
  db: Kysely<Database>,
  { provider, account, at }: Source & { readonly at: Instant },
): Promise<number> {
  const rows = await db
    .selectFrom("payouts")
    .select("no")
    .where("kind", "=", "opening")
    .where("provider", "=", provider)
    .where("account", "=", account)
    .where("status_changed_at", "=", at)
    .execute();
  return rows.length;
}
