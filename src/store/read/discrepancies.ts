import { type ExpressionBuilder, type Kysely, sql } from "kysely";
import type { Discrepancy } from "../../domain/books.ts";
import type { ChargeId, EventId } from "../../domain/ids.ts";
import type { Instant } from "../../domain/time.ts";
import { discrepancyOf } from "../discrepancies.ts";
import type { Database, DiscrepancyRow } from "../schema.ts";
import { type Page, type PageRequest, pageAt, positionIn, type TimeWindow } from "./page.ts";

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
  const at = await positionIn(db, "discrepancies", page);
  const rows = await withNames(db)
    .where("discrepancies.no", at.compare, at.no)
    .where((eb) => eb.and(conditions(eb, filter)))
    .orderBy("discrepancies.no", at.order)
    .limit(page.limit + 1)
    .execute();
  return pageAt(rows.map(listed), page, ({ id }) => id);
}

export async function findDiscrepancy(
  db: Kysely<Database>,
  id: string,
): Promise<ListedDiscrepancy | undefined> {
  const row = await withNames(db).where("discrepancies.id", "=", id).executeTakeFirst();
  return row === undefined ? undefined : listed(row);
}

type NamedRow = DiscrepancyRow & { readonly charge_id: string | null; readonly event_id: string | null };

/** The charge that the last row about it has as its subject, or that its subject is on; a payment that found its invoice is that. */
const survivor = sql`coalesce((select id from charges as survivor where survivor.no = own.merged_into_no), own.id)`;
const chargeOfSubject = sql`(
  select ${survivor} from reconciliation_rows as told
    join charges as own on own.id = told.subject
  where told.discrepancy_no = discrepancies.no order by told.run_no desc limit 1)`;
const chargeOfMovement = sql`(
  select ${survivor} from reconciliation_rows as told
    join movements on movements.id = told.subject
    join charges as own on own.no = movements.charge_no
  where told.discrepancy_no = discrepancies.no order by told.run_no desc limit 1)`;

function withNames(db: Kysely<Database>) {
  return db
    .selectFrom("discrepancies")
    .leftJoin("charges", "charges.no", "discrepancies.charge_no")
    .leftJoin("events", "events.no", "discrepancies.event_no")
    .selectAll("discrepancies")
    .select([
      sql<string | null>`coalesce(charges.id, ${chargeOfSubject}, ${chargeOfMovement})`.as("charge_id"),
    ])
    .select("events.id as event_id");
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
