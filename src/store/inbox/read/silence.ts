import { type Kysely, sql } from "kysely";
import type { Source } from "../../../domain/ids.ts";
import type { Instant } from "../../../domain/time.ts";
import type { Database } from "../../schema.ts";

/** When an account delivered, among the last deliveries of all. */
export interface DeliveryPace extends Source {
  /** Since the moment that was asked for. */
  readonly deliveries: number;
  readonly lastReceivedAt: Instant;
  /** Between two deliveries since then; `null` where there was one at most. */
  readonly longestGap: bigint | null;
}

/** The pace of every account in the last `among` deliveries, since a moment. */
export async function deliveryPaces(
  db: Kysely<Database>,
  { since, among }: { readonly since: Instant; readonly among: number },
): Promise<DeliveryPace[]> {
  const { rows } = await sql<Omit<DeliveryPace, "deliveries"> & { readonly deliveries: bigint }>`
    select provider, account, cast(count(*) filter (where received_at >= ${since}) as bigint) as deliveries,
      max(received_at) as "lastReceivedAt", max(received_at - before) filter (where before >= ${since}) as "longestGap"
    from (
      select provider, account, received_at,
        lag(received_at) over (partition by provider, account order by received_at) as before
      from (
        select provider, account, received_at from events
        where origin = 'webhook' order by no desc limit ${BigInt(among)}
      ) latest
    ) paced
    group by provider, account
    order by provider, account
  `.execute(db);
  return rows.map((row) => ({ ...row, deliveries: Number(row.deliveries) }));
}
