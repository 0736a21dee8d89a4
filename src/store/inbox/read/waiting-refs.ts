import { type Kysely, sql } from "kysely";
import type { Source } from "../../../domain/ids.ts";
import type { Database } from "../../schema.ts";

interface Asked extends Source {
  /** The last number of the page before. */
  readonly after: bigint;
  readonly limit: number;
}

export interface WaitingRef {
  readonly no: bigint;
  /** The provider's own id. */
  readonly ref: string;
}

/** Documents and payments that are known only by what names them. */
export function unseenRefs(
  db: Kysely<Database>,
  { provider, account, after, limit }: Asked,
): Promise<WaitingRef[]> {
  return (
    db
      .selectFrom("charges")
      .select(["no", "ref"])
      .where("provider", "=", provider)
      .where("account", "=", account)
      // The second is what the index of those that are not paid is of.
      .where("status", "=", "unseen")
      .where("status", "<>", sql.lit("paid"))
      .where("merged_into_no", "is", null)
      .where("no", ">", after)
      .orderBy("no")
      .limit(limit)
      .execute()
  );
}

/** Movements that the provider had not decided when we last heard of them. */
export function pendingRefs(
  db: Kysely<Database>,
  { provider, account, after, limit }: Asked,
): Promise<WaitingRef[]> {
  return db
    .selectFrom("movements")
    .innerJoin("charges", "charges.no", "movements.charge_no")
    .select(["movements.no", "movements.ref"])
    .where("charges.provider", "=", provider)
    .where("charges.account", "=", account)
    .where("movements.status", "=", sql.lit("pending"))
    .where("movements.no", ">", after)
    .orderBy("movements.no")
    .limit(limit)
    .execute();
}

/** Of the charge that came last. */
export async function lastChargeNumber(db: Kysely<Database>): Promise<bigint> {
  const row = await db.selectFrom("charges").select("no").orderBy("no", "desc").limit(1).executeTakeFirst();
  return row?.no ?? -1n;
}
