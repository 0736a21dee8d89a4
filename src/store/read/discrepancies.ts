import type { ExpressionBuilder, Kysely } from "kysely";
import type { Discrepancy } from "../../domain/books.ts";
import type { ChargeId, DiscrepancyId, EventId, ProviderName } from "../../domain/ids.ts";
import type { Database } from "../schema.ts";
import { numberBelow, type Page, type PageRequest, pageOf, type TimeWindow } from "./page.ts";

/** The window is over when it last changed, by our clock. */
export interface DiscrepancyFilter extends TimeWindow {
  readonly status?: string | undefined;
  readonly kind?: string | undefined;
  readonly provider?: string | undefined;
}

/** Newest first. */
export async function listDiscrepancies(
  db: Kysely<Database>,
  filter: DiscrepancyFilter,
  page: PageRequest,
): Promise<Page<Discrepancy>> {
  const below = await numberBelow(db, "discrepancies", page);
  const rows = await db
    .selectFrom("discrepancies")
    .leftJoin("charges", "charges.no", "discrepancies.charge_no")
    .leftJoin("events", "events.no", "discrepancies.event_no")
    .selectAll("discrepancies")
    .select(["charges.id as charge_id", "events.id as event_id"])
    .where("discrepancies.no", "<", below)
    .where((eb) => eb.and(conditions(eb, filter)))
    .orderBy("discrepancies.no", "desc")
    .limit(page.limit + 1)
    .execute();
  const discrepancies = rows.map((row) => ({
    id: row.id as DiscrepancyId,
    provider: row.provider as ProviderName,
    account: row.account,
    kind: row.kind,
    status: row.status as Discrepancy["status"],
    chargeId: row.charge_id as ChargeId | null,
    eventId: row.event_id as EventId | null,
    detail: JSON.parse(row.detail) as Record<string, string>,
    hash: row.hash,
    at: row.at,
  }));
  return pageOf(discrepancies, page, ({ id }) => id);
}

function conditions(eb: ExpressionBuilder<Database, "discrepancies">, filter: DiscrepancyFilter) {
  return [
    ...(filter.status === undefined ? [] : [eb("discrepancies.status", "=", filter.status)]),
    ...(filter.kind === undefined ? [] : [eb("discrepancies.kind", "=", filter.kind)]),
    ...(filter.provider === undefined ? [] : [eb("discrepancies.provider", "=", filter.provider)]),
    ...(filter.from === undefined ? [] : [eb("discrepancies.at", ">=", filter.from)]),
    ...(filter.to === undefined ? [] : [eb("discrepancies.at", "<", filter.to)]),
  ];
}
