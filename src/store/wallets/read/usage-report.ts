import { type Kysely, sql } from "kysely";
import type { WalletId } from "../../../domain/ids.ts";
import type { Hold } from "../../../domain/spending/hold.ts";
import type { Usage } from "../../../domain/spending/usage.ts";
import type { Instant } from "../../../domain/time.ts";
import type { Database } from "../../schema.ts";
import { happenedIn, usageOf, usageRows } from "../usage.ts";

export interface UsageWindow {
  readonly owner?: string | undefined;
  readonly walletId?: WalletId | undefined;
  readonly meter?: string | undefined;
  readonly member?: string | undefined;
  readonly from?: Instant | undefined;
  readonly to?: Instant | undefined;
}

export interface UsageWithHold {
  readonly usage: Usage;
  /** That it settled, as far as it tells what is counted. */
  readonly hold: Pick<Hold, "meter" | "member" | "createdAt"> | undefined;
  readonly owner: string;
}

const pageSize = 1_000;

/** Usage in the order in which it was applied, by when it happened; page by page, so that others come through. */
export async function* usageBetween(
  db: Kysely<Database>,
  { owner, walletId, meter, member, from, to }: UsageWindow,
): AsyncGenerator<UsageWithHold> {
  for (let after = -1n; ; ) {
    let query = usageRows(db)
      .leftJoin("holds", "holds.id", "usage.id")
      .select("wallets.owner")
      .select(["holds.meter as held_meter", "holds.created_at as held_at"])
      .where("usage.no", ">", after)
      .orderBy("usage.no")
      .limit(pageSize);
    if (owner !== undefined) query = query.where("wallets.owner", "=", owner);
    if (walletId !== undefined) query = query.where("wallets.id", "=", walletId);
    if (meter !== undefined)
      query = query.where(
        sql<string>`case when holds.id is null then usage.meter else holds.meter end`,
        "=",
        meter,
      );
    if (member !== undefined) query = query.where("usage.member", "=", member);
    // Nothing is told of before it happened.
    if (from !== undefined) query = query.where("usage.applied_at", ">=", from).where(happenedIn, ">=", from);
    if (to !== undefined) query = query.where(happenedIn, "<", to);
    const rows = await query.execute();
    for (const { owner, held_meter, held_at, ...row } of rows) {
      const usage = usageOf(row);
      yield {
        usage,
        owner,
        hold: held_at === null ? undefined : { meter: held_meter, member: usage.member, createdAt: held_at },
      };
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageSize) return;
    after = last.no;
  }
}
