import type { ExpressionBuilder, Kysely } from "kysely";
import type { Discrepancy } from "../../domain/books.ts";
import type { ChargeId, EventId } from "../../domain/ids.ts";
import type { Instant } from "../../domain/time.ts";
import { discrepancyOf } from "../discrepancies.ts";
import type { Database, DiscrepancyRow } from "../schema.ts";
import { numberBelow, type Page, type PageRequest, pageOf, type TimeWindow } from "./page.ts";

/** The window is over when it last changed, by our clock. */
export interface DiscrepancyFilter extends TimeWindow {
  readonly status?: string | undefined;
  readonly kind?: string | undefined;
  readonly provider?: string | undefined;
  readonly chargeId?: string | undefined;
}

export interface ListedDiscrepancy extends Discrepancy {
  /** By our clock. */
  readonly openedAt: Instant;
}

/** Newest first. */
export async function listDiscrepancies(
  db: Kysely<Database>,
  filter: DiscrepancyFilter,
  page: PageRequest,
): Promise<Page<ListedDiscrepancy>> {
  const below = await numberBelow(db, "discrepancies", page);
  const rows = await withNames(db)
    .where("discrepancies.no", "<", below)
    .where((eb) => eb.and(conditions(eb, filter)))
    .orderBy("discrepancies.no", "desc")
    .limit(page.limit + 1)
    .execute();
  return pageOf(rows.map(listed), page, ({ id }) => id);
}

export async function findDiscrepancy(
  db: Kysely<Database>,
  id: string,
): Promise<ListedDiscrepancy | undefined> {
  const row = await withNames(db).where("discrepancies.id", "=", id).executeTakeFirst();
  return row === undefined ? undefined : listed(row);
}

type NamedRow = DiscrepancyRow & { readonly charge_id: string | null; readonly event_id: string | null };

function withNames(db: Kysely<Database>) {
  return db
    .selectFrom("discrepancies")
    .leftJoin("charges", "charges.no", "discrepancies.charge_no")
    .leftJoin("events", "events.no", "discrepancies.event_no")
    .selectAll("discrepancies")
    .select(["charges.id as charge_id", "events.id as event_id"]);
}

function listed(row: NamedRow): ListedDiscrepancy {
  const names = { chargeId: row.charge_id as ChargeId | null, eventId: row.event_id as EventId | null };
  return { ...discrepancyOf(row, names), openedAt: row.opened_at };
}

function conditions(eb: ExpressionBuilder<Database, "discrepancies">, filter: DiscrepancyFilter) {
  return [
    ...(filter.status === undefined ? [] : [eb("discrepancies.status", "=", filter.status)]),
    ...(filter.kind === undefined ? [] : [eb("discrepancies.kind", "=", filter.kind)]),
    ...(filter.provider === undefined ? [] : [eb("discrepancies.provider", "=", filter.provider)]),
    ...(filter.chargeId === undefined
      ? []
      : [
          eb("discrepancies.charge_no", "=", (of) =>
            of
              .selectFrom("charges")
              .select("no")
              .where("id", "=", filter.chargeId ?? ""),
          ),
        ]),
    ...(filter.from === undefined ? [] : [eb("discrepancies.at", ">=", filter.from)]),
    ...(filter.to === undefined ? [] : [eb("discrepancies.at", "<", filter.to)]),
  ];
}
