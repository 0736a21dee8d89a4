import type { Kysely } from "kysely";
import type { HoldId, WalletId } from "../../domain/ids.ts";
import type { Hold } from "../../domain/spending/hold.ts";
import { holdOf, holdRows } from "../holds.ts";
import type { Database } from "../schema.ts";
import { ordinalOf, type Page, type PageRequest, pageOf } from "./page.ts";

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
  let query = holdRows(db)
    .where("wallets.id", "=", wallet)
    .orderBy("holds.ordinal", "desc")
    .limit(page.limit + 1);
  if (page.after !== null) query = query.where("holds.ordinal", "<", ordinalOf(page.after));
  if (status !== undefined) query = query.where("holds.status", "=", status);
  return pageOf((await query.execute()).map(holdOf), page, ({ ordinal }) => String(ordinal));
}
