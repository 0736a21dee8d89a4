import type { Kysely } from "kysely";
import type { ChargeId, LotId } from "../../../domain/ids.ts";
import type { NumberRange } from "../../engine/read/page.ts";
import type { Database } from "../../schema.ts";

/** Lots that charges opened. */
export async function lotsOfCharges(db: Kysely<Database>, { after, upTo }: NumberRange) {
  const rows = await db
    .selectFrom("lots")
    .innerJoin("charges", "charges.no", "lots.charge_no")
    .select(["lots.id", "lots.priority", "charges.id as charge"])
    .where("charges.no", ">", after)
    .where("charges.no", "<=", upTo)
    .execute();
  return rows.map((row) => ({
    id: row.id as LotId,
    charge: row.charge as ChargeId,
    priority: Number(row.priority),
  }));
}
