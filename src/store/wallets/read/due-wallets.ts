import { type Kysely, sql } from "kysely";
import type { HoldId, WalletId } from "../../../domain/ids.ts";
import type { Instant } from "../../../domain/time.ts";
import type { Database } from "../../schema.ts";

/** A wallet in which something has to expire now: open holds, lots, or both. */
export interface DueWallet {
  readonly id: WalletId;
  readonly holds: readonly HoldId[];
}

/** The next wallets that have something due, those that are due the longest first; at most `limit` holds and as many lots. */
export async function dueWallets(
  db: Kysely<Database>,
  { now, limit }: { readonly now: Instant; readonly limit: number },
): Promise<DueWallet[]> {
  const holds = await db
    .selectFrom("holds")
    .innerJoin("wallets", "wallets.no", "holds.wallet_no")
    .select(["holds.id", "wallets.id as wallet_id"])
    .where(sql<boolean>`holds.status = 'open'`)
    .where("holds.expires_at", "<=", now)
    .orderBy("holds.expires_at")
    .limit(limit)
    .execute();
  // Where all is held, what is due expires once a hold closes: until then the wallet would come up every time.
  const wallets = await db
    .selectFrom("wallets")
    .select("id")
    .where("next_expiry_at", "is not", null)
    .where("next_expiry_at", "<=", now)
    .whereRef("balance", ">", "held")
    .orderBy("next_expiry_at")
    .limit(limit)
    .execute();
  const byWallet = Map.groupBy(holds, (hold) => hold.wallet_id);
  const ids = new Set([...byWallet.keys(), ...wallets.map(({ id }) => id)]);
  return [...ids].map((id) => ({
    id: id as WalletId,
    holds: (byWallet.get(id) ?? []).map((hold) => hold.id as HoldId),
  }));
}
