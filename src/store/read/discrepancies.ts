import { type ExpressionBuilder, type Kysely, sql } from "kysely";
import type { Discrepancy } from "../../domain/books.ts";
import type { ChargeId, EventId } from "../../domain/ids.ts";
import type { Stated } from "../../domain/matching/reconciled-row.ts";
import type { Instant } from "../../domain/time.ts";
import { discrepancyOf } from "../discrepancies.ts";
import type { Database, DiscrepancyRow } from "../schema.ts";
import { type Page, type PageRequest, pageAt, positionIn, type TimeWindow, UnknownPosition } from "./page.ts";

/** The window is over when it last changed, by our clock. */
export interface DiscrepancyFilter extends TimeWindow {
  readonly status?: string | undefined;
  readonly kind?: string | undefined;
  readonly provider?: string | undefined;
  readonly chargeId?: string | undefined;
  /** Who looks into it; `null`: nobody. */
  readonly assignee?: string | null | undefined;
}

export interface ListedDiscrepancy extends Discrepancy {
  /** By our clock. */
  readonly openedAt: Instant;
  /** Who looks into it; `null`: nobody. */
  readonly assignee: string | null;
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

/** From when on it should have agreed: in the words of an index. */
const dueAt = sql<bigint>`coalesce(discrepancies.due_at, discrepancies.opened_at)`;

/** Half-open, over when they should have agreed. */
export interface DueWindow {
  readonly dueFrom?: Instant | undefined;
  readonly dueBefore?: Instant | undefined;
}

/** What should have agreed for the longest time first. */
export async function discrepanciesByDue(
  db: Kysely<Database>,
  { dueFrom, dueBefore, ...filter }: DiscrepancyFilter & DueWindow,
  { limit, after }: { readonly limit: number; readonly after: string | null },
): Promise<{ readonly rows: readonly ListedDiscrepancy[]; readonly next: string | null }> {
  let query = withNames(db).where((eb) => eb.and(conditions(eb, filter)));
  if (dueFrom !== undefined) query = query.where(dueAt, ">=", dueFrom);
  if (dueBefore !== undefined) query = query.where(dueAt, "<", dueBefore);
  if (after !== null) {
    const place = await db
      .selectFrom("discrepancies")
      .select(["no", dueAt.as("at")])
      .where("id", "=", after)
      .executeTakeFirst();
    if (place === undefined) throw new UnknownPosition();
    const { at, no } = place;
    query = query.where(sql<boolean>`(${dueAt} >= ${at} and (${dueAt} > ${at} or discrepancies.no > ${no}))`);
  }
  const rows = await query
    .orderBy(dueAt)
    .orderBy("discrepancies.no")
    .limit(limit + 1)
    .execute();
  const shown = rows.slice(0, limit).map(listed);
  return { rows: shown, next: rows.length > limit ? (shown.at(-1)?.id ?? null) : null };
}

export async function discrepanciesById(
  db: Kysely<Database>,
  ids: readonly string[],
): Promise<ListedDiscrepancy[]> {
  if (ids.length === 0) return [];
  const rows = await withNames(db).where("discrepancies.id", "in", ids).orderBy("discrepancies.no").execute();
  return rows.map(listed);
}

/** The last comparison that showed a discrepancy, and how. */
export interface ShownBy {
  readonly run: string;
  readonly class: string;
  readonly startedAt: Instant;
  readonly left: Stated | null;
  readonly right: Stated | null;
}

export async function lastShown(db: Kysely<Database>, id: string): Promise<ShownBy | undefined> {
  const row = await db
    .selectFrom("reconciliation_rows as told")
    .innerJoin("discrepancies", "discrepancies.no", "told.discrepancy_no")
    .innerJoin("reconciliations as run", "run.no", "told.run_no")
    .select(["run.id", "run.started_at", "told.class", "told.left_currency", "told.left_amount"])
    .select(["told.right_currency", "told.right_amount"])
    .where("discrepancies.id", "=", id)
    .orderBy("told.run_no", "desc")
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    run: row.id,
    class: row.class,
    startedAt: row.started_at,
    left: statedOf(row.left_currency, row.left_amount),
    right: statedOf(row.right_currency, row.right_amount),
  };
}

const statedOf = (currency: string | null, amount: bigint | null): Stated | null =>
  currency === null || amount === null ? null : { currency, amount };

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
  return { ...discrepancyOf(row, names), openedAt: row.opened_at, assignee: row.assignee };
}

function conditions(eb: ExpressionBuilder<Database, "discrepancies">, filter: DiscrepancyFilter) {
  return [
    ...(filter.status === undefined ? [] : [eb("discrepancies.status", "=", filter.status)]),
    ...(filter.kind === undefined ? [] : [eb("discrepancies.kind", "=", filter.kind)]),
    ...(filter.provider === undefined ? [] : [eb("discrepancies.provider", "=", filter.provider)]),
    ...(filter.assignee === undefined
      ? []
      : [eb("discrepancies.assignee", "is not distinct from", filter.assignee)]),
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
