import type { Kysely } from "kysely";
import type { ChargeId } from "../../domain/ids.ts";
import type { Instant } from "../../domain/time.ts";
import type { Database } from "../schema.ts";

/** Charges that settled in a half-open window of the provider's clock, in the order they were first seen. */
export async function settledCharges(
  db: Kysely<Database>,
  window: {
    readonly from: Instant | null;
    readonly to: Instant | null;
    readonly after: bigint;
    readonly limit: number;
  },
): Promise<{ readonly no: bigint; readonly id: ChargeId }[]> {
  let query = db
    .selectFrom("charges")
    .select(["no", "id"])
    .where("no", ">", window.after)
    .where("settled_at", "is not", null);
  if (window.from !== null) query = query.where("settled_at", ">=", window.from);
  if (window.to !== null) query = query.where("settled_at", "<", window.to);
  const rows = await query.orderBy("no").limit(window.limit).execute();
  return rows.map(({ no, id }) => ({ no, id: id as ChargeId }));
}
