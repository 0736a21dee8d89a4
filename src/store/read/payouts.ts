import type { Kysely } from "kysely";
import type { Payout } from "../../domain/transfer/payout.ts";
import type { Database } from "../schema.ts";
import { payoutOf } from "../transfer-rows.ts";
import { numberBelow, type Page, type PageRequest, pageOf } from "./page.ts";

export interface PayoutFilter {
  readonly provider?: string | undefined;
  readonly status?: string | undefined;
  readonly currency?: string | undefined;
}

export async function findPayout(db: Kysely<Database>, id: string): Promise<Payout | undefined> {
  const row = await db
    .selectFrom("payouts")
    .selectAll()
    .where("id", "=", id)
    .where("kind", "=", "payout")
    .executeTakeFirst();
  return row === undefined ? undefined : payoutOf(row);
}

/** Newest first. */
export async function listPayouts(
  db: Kysely<Database>,
  { provider, status, currency }: PayoutFilter,
  page: PageRequest,
): Promise<Page<Payout>> {
  let query = db
    .selectFrom("payouts")
    .selectAll()
    .where("kind", "=", "payout")
    .where("no", "<", await numberBelow(db, "payouts", page));
  if (provider !== undefined) query = query.where("provider", "=", provider);
  if (status !== undefined) query = query.where("status", "=", status);
  if (currency !== undefined) query = query.where("currency", "=", currency);
  const rows = await query
    .orderBy("no", "desc")
    .limit(page.limit + 1)
    .execute();
  return pageOf(rows.map(payoutOf), page, ({ id }) => id);
}
