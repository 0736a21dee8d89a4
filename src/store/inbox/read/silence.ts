import { type Kysely, sql } from "kysely";
import type { Source } from "../../../domain/ids.ts";
import { type Instant, nanosecondsPerDay } from "../../../domain/time.ts";
import type { Database } from "../../schema.ts";

const nanosecondsPerHour = nanosecondsPerDay / 24n;

/** When an account delivered, among the last deliveries of all. */
export interface DeliveryPace extends Source {
  /** Since the moment that was asked for. */
  readonly deliveries: number;
  readonly lastReceivedAt: Instant;
  /** From the last of one hour to the first of another, since then; `null` where all came within one. */
  readonly longestGap: bigint | null;
}

/**
 * The pace of every account in the last `among` deliveries, since a moment. Deliveries are put together by the hour before they are
 * put in order: nobody is silent within one.
 */
export async function deliveryPaces(
  db: Kysely<Database>,
  { since, among }: { readonly since: Instant; readonly among: number },
): Promise<DeliveryPace[]> {
  const { rows } = await sql<Omit<DeliveryPace, "deliveries"> & { readonly deliveries: bigint }>`
    select provider, account, cast(sum(deliveries) as bigint) as deliveries, max(last) as "lastReceivedAt",
      max(first_since - before) as "longestGap"
    from (
      select provider, account, deliveries, first_since, last,
        lag(last_since) over (partition by provider, account order by hour) as before
      from (
        select provider, account, received_at / ${nanosecondsPerHour} as hour, max(received_at) as last,
          count(*) filter (where received_at >= ${since}) as deliveries,
          min(received_at) filter (where received_at >= ${since}) as first_since,
          max(received_at) filter (where received_at >= ${since}) as last_since
        from (
          select provider, account, received_at from events
          where origin = 'webhook' order by no desc limit ${BigInt(among)}
        ) latest
        group by provider, account, hour
      ) hours
    ) paced
    group by provider, account
    order by provider, account
  `.execute(db);
  return rows.map((row) => ({ ...row, deliveries: Number(row.deliveries) }));
}
