import { type ExpressionBuilder, type Kysely, sql } from "kysely";
import type { DiscrepancyStatus } from "../../../domain/books.ts";
import type { RowClass } from "../../../domain/reconciling/level.ts";
import type { Stated } from "../../../domain/reconciling/reconciled-row.ts";
import type { Instant } from "../../../domain/time.ts";
import {
  type Page,
  type PageRequest,
  pageAt,
  positionIn,
  type TimeWindow,
  UnknownPosition,
} from "../../engine/read/page.ts";
import type { Database, DiscrepancyRow } from "../../schema.ts";
import { discrepancyNoun, type ListedDiscrepancy } from "../nouns/discrepancy.ts";
import { statedOf } from "../nouns/run.ts";

/** The window is over when it last changed, by our clock. */
export interface DiscrepancyFilter extends TimeWindow {
  readonly status?: DiscrepancyStatus | undefined;
  readonly kind?: string | undefined;
  readonly provider?: string | undefined;
  readonly chargeId?: string | undefined;
  /** Who looks into it; `null`: nobody. */
  readonly assignee?: string | null | undefined;
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

/** All that were ever found, by name. */
export async function kindsOfDiscrepancies(db: Kysely<Database>): Promise<string[]> {
  const rows = await db.selectFrom("discrepancies").select("kind").distinct().orderBy("kind").execute();
  return rows.map(({ kind }) => kind);
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

/** What a person decided of a discrepancy, and what that posted. */
export interface ResolutionRow {
  readonly discrepancyId: string;
  readonly kind: string;
  readonly provider: string;
  readonly account: string;
  readonly resolution: string;
  readonly by: string | null;
  readonly reason: string | null;
  readonly at: Instant;
  readonly entryId: string | null;
  /** On the account where the difference lay; `null` if nothing was posted. */
  readonly posted: Stated | null;
  /** Whether it still holds. */
  readonly isStanding: boolean;
}

/** Every word of a person, discrepancy by discrepancy; the window is over when it was said. */
export async function listResolutions(
  db: Kysely<Database>,
  { from, to }: TimeWindow,
  { limit, after }: { readonly limit: number; readonly after: string | null },
): Promise<{ readonly rows: readonly ResolutionRow[]; readonly next: string | null }> {
  const [no, ordinal] = (after ?? "").split(".");
  const place =
    after === null
      ? sql`true`
      : sql`(word.discrepancy_no, word.ordinal) > (${BigInt(no ?? 0)}, ${BigInt(ordinal ?? 0)})`;
  const { rows } = await sql<Resolved>`
    select word.discrepancy_no as no, word.ordinal, said.id, said.kind, said.provider, said.account, word.resolution, word.actor,
      word.reason, word.at, entries.id as entry_id, said.hash = word.hash and said.resolution = word.resolution as standing,
      (select currency from accounts join postings on postings.account_no = accounts.no
        where postings.entry_no = word.entry_no
        order by accounts.path limit 1) as currency,
      (select amount from postings join accounts on postings.account_no = accounts.no
        where postings.entry_no = word.entry_no order by accounts.path limit 1) as amount
    from discrepancy_changes word
      join discrepancies said on said.no = word.discrepancy_no
      left join entries on entries.no = word.entry_no
    where word.action = 'resolved_by_person' and ${place}
      and word.at >= ${from ?? earliest} and word.at < ${to ?? latest}
    order by word.discrepancy_no, word.ordinal limit ${BigInt(limit + 1)}
  `.execute(db);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    rows: shown.map(resolutionOf),
    next: rows.length > limit && last !== undefined ? `${last.no}.${last.ordinal}` : null,
  };
}

interface Resolved {
  readonly no: bigint;
  readonly ordinal: bigint;
  readonly id: string;
  readonly kind: string;
  readonly provider: string;
  readonly account: string;
  readonly resolution: string;
  readonly actor: string | null;
  readonly reason: string | null;
  readonly at: bigint;
  readonly entry_id: string | null;
  readonly standing: boolean | bigint;
  readonly currency: string | null;
  readonly amount: bigint | null;
}

const resolutionOf = (row: Resolved): ResolutionRow => ({
  discrepancyId: row.id,
  kind: row.kind,
  provider: row.provider,
  account: row.account,
  resolution: row.resolution,
  by: row.actor,
  reason: row.reason,
  at: row.at,
  entryId: row.entry_id,
  posted: statedOf(row.currency, row.amount),
  isStanding: Boolean(row.standing),
});

const earliest = -(2n ** 63n);
const latest = 2n ** 63n - 1n;

/** The last comparison that showed a discrepancy, and how. */
export interface ShownBy {
  readonly run: string;
  readonly class: RowClass;
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
    class: row.class as RowClass,
    startedAt: row.started_at,
    left: statedOf(row.left_currency, row.left_amount),
    right: statedOf(row.right_currency, row.right_amount),
  };
}

/** What was posted for these, and what took it back, by their internal numbers. */
export async function correctionsFor(db: Kysely<Database>, ids: readonly string[]): Promise<bigint[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom("discrepancy_changes as step")
    .innerJoin("discrepancies", "discrepancies.no", "step.discrepancy_no")
    .select("step.entry_no")
    .where("discrepancies.id", "in", ids)
    .where("step.entry_no", "is not", null)
    .orderBy("step.entry_no")
    .execute();
  return rows.flatMap(({ entry_no }) => entry_no ?? []);
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

const chargeOf = sql<string | null>`coalesce(charges.id, ${chargeOfSubject}, ${chargeOfMovement})`;

/** Those that a row about a charge, about a payment that turned out to be it, or about a movement on it showed. */
function shownAbout(chargeId: string) {
  const numbers = sql`(
    select no from charges where id = ${chargeId}
    union select merged.no from charges as own
      join charges as merged on merged.dossier_no = own.dossier_no and merged.merged_into_no = own.no
    where own.id = ${chargeId})`;
  return sql<boolean>`discrepancies.no in (
    select told.discrepancy_no from reconciliation_rows as told
    where told.discrepancy_no is not null and told.subject in (
      select id from charges where no in ${numbers} union select id from movements where charge_no in ${numbers})
  ) and ${chargeOf} = ${chargeId}`;
}

function withNames(db: Kysely<Database>) {
  return db
    .selectFrom("discrepancies")
    .leftJoin("charges", "charges.no", "discrepancies.charge_no")
    .leftJoin("events", "events.no", "discrepancies.event_no")
    .selectAll("discrepancies")
    .select([chargeOf.as("charge_id")])
    .select("events.id as event_id");
}

const listed = (row: NamedRow): ListedDiscrepancy => discrepancyNoun.nounOf(row);

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
          eb.or([
            eb("discrepancies.charge_no", "=", (of) =>
              of
                .selectFrom("charges")
                .select("no")
                .where("id", "=", filter.chargeId ?? ""),
            ),
            shownAbout(filter.chargeId),
          ]),
        ]),
    ...(filter.from === undefined ? [] : [eb("discrepancies.at", ">=", filter.from)]),
    ...(filter.to === undefined ? [] : [eb("discrepancies.at", "<", filter.to)]),
  ];
}
