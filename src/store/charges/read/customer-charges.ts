import type { Kysely } from "kysely";
import type { ChargeId, Source } from "../../../domain/ids.ts";
import type { Database } from "../../schema.ts";

/** All charges of one customer, oldest first. */
export async function chargesOfCustomer(
  db: Kysely<Database>,
  { provider, account }: Source,
  customerRef: string,
): Promise<ChargeId[]> {
  const rows = await db
    .selectFrom("charges")
    .select("id")
    .where("customer_ref", "=", customerRef)
    .where("provider", "=", provider)
    .where("account", "=", account)
    .where("merged_into_no", "is", null)
    .orderBy("no")
    .execute();
  return rows.map(({ id }) => id as ChargeId);
}
