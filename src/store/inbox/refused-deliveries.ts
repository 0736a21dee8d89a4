import { type Kysely, sql } from "kysely";
import type { Engine } from "../engine/engine.ts";
import { inTransaction, retrying } from "../engine/transaction.ts";
import type { Database, RefusedDeliveriesRow } from "../schema.ts";

/**
 * Adds to what is counted of refused deliveries. What was refused under other secrets than these is counted anew: it says
 * nothing of them.
 */
export function addRefusedDeliveries(engine: Engine, rows: readonly RefusedDeliveriesRow[]): Promise<void> {
  return retrying(engine, () =>
    inTransaction(engine.writer, async (trx) => {
      for (const row of rows)
        await trx
          .insertInto("refused_deliveries")
          .values(row)
          .onConflict((conflict) =>
            conflict.columns(["provider", "code"]).doUpdateSet({
              count: sql`case when refused_deliveries.secrets = excluded.secrets
                then refused_deliveries.count else 0 end + excluded.count`,
              first_at: sql`case when refused_deliveries.secrets = excluded.secrets
                then refused_deliveries.first_at else excluded.first_at end`,
              last_at: row.last_at,
              secrets: row.secrets,
            }),
          )
          .execute();
    }),
  );
}

/** Few: one of each provider and reason. */
export function refusedDeliveries(db: Kysely<Database>): Promise<RefusedDeliveriesRow[]> {
  return db.selectFrom("refused_deliveries").selectAll().orderBy("provider").orderBy("code").execute();
}
