import type { Kysely } from "kysely";
import type { PayoutId } from "../../../domain/ids.ts";
import type { Database } from "../../schema.ts";

/** Money that moved without a charge, in the order it was first heard of; not what only follows from charges. */
export async function transfersToRebook(
  db: Kysely<Database>,
  { after, limit }: { readonly after: bigint; readonly limit: number },
): Promise<{ readonly no: bigint; readonly id: PayoutId }[]> {
  const rows = await db
    .selectFrom("payouts")
    .select(["no", "id"])
    .where("no", ">", after)
    .where("kind", "<>", "credit_opening")
    .orderBy("no")
    .limit(limit)
    .execute();
  return rows.map(({ no, id }) => ({ no, id: id as PayoutId }));
}
