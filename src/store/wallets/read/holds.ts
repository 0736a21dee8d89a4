import type { Kysely } from "kysely";
import type { HoldId, WalletId } from "../../../domain/ids.ts";
import type { Hold } from "../../../domain/spending/hold.ts";
import { ordinalPosition, type Page, type PageRequest, pageAt } from "../../engine/read/page.ts";
import type { Database } from "../../schema.ts";
import { holdOf, holdRows } from "../holds.ts";
import { walletNumber } from "./wallets.ts";

export interface HoldFilter {
  readonly status?: Hold["status"] | undefined;
}

export async function holdById(db: Kysely<Database>, id: HoldId): Promise<Hold | undefined> {
  const row = await holdRows(db).where("holds.id", "=", id).executeTakeFirst();
  return row === undefined ? undefined : holdOf(row);
}

/** A wallet's holds, newest first. */
export async function listHolds(
  db: Kysely<Database>,
  wallet: WalletId,
  { status }: HoldFilter,
  page: PageRequest,
): Promise<Page<Hold>> {
  const at = ordinalPosition(page);
  let query = holdRows(db)
    .where("holds.wallet_no", "=", walletNumber(wallet))
    .where("holds.ordinal", at.compare, at.no)
    .orderBy("holds.ordinal", at.order)
    .limit(page.limit + 1);
  if (status !== undefined) query = query.where("holds.status", "=", status);
  return pageAt((await query.execute()).map(holdOf), page, ({ ordinal }) => String(ordinal));
}
