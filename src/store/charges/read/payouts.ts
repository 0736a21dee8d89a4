import { type Kysely, sql } from "kysely";
import type { Payout } from "../../../domain/transfer/payout.ts";
import { type Page, type PageRequest, pageAt, positionIn, type TimeWindow } from "../../engine/read/page.ts";
import type { Database } from "../../schema.ts";
import { payoutOf } from "../nouns/payout.ts";

export interface PayoutFilter extends TimeWindow {
  readonly provider?: string | undefined;
  readonly status?: string | undefined;
  readonly currency?: string | undefined;
  /** Its own name, or the one that the bank has for it. */
  readonly ref?: string | undefined;
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
  { provider, status, currency, ref, from, to }: PayoutFilter,
  page: PageRequest,
): Promise<Page<Payout>> {
  const at = await positionIn(db, "payouts", page);
  let query = db
    .selectFrom("payouts")
    .selectAll()
    // A literal, so that the index of payouts alone is used: rows of the balance stand beside them.
    .where("kind", "=", sql.lit("payout"))
    .where("no", at.compare, at.no);
  if (provider !== undefined) query = query.where("provider", "=", provider);
  if (status !== undefined) query = query.where("status", "=", status);
  if (currency !== undefined) query = query.where("currency", "=", currency);
  if (ref !== undefined)
    query = query.where((eb) => eb.or([eb("ref", "=", ref), eb("remittance_ref", "=", ref)]));
  if (from !== undefined) query = query.where("status_changed_at", ">=", from);
  if (to !== undefined) query = query.where("status_changed_at", "<", to);
  const rows = await query
    .orderBy("no", at.order)
    .limit(page.limit + 1)
    .execute();
  return pageAt(rows.map(payoutOf), page, ({ id }) => id);
}
