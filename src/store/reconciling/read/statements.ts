import type { Kysely } from "kysely";
import type { Source, StatementId } from "../../../domain/ids.ts";
import type { ProviderReport } from "../../../domain/reconciling/statement.ts";
import type { Instant } from "../../../domain/time.ts";
import { type Page, type PageRequest, pageAt, positionIn } from "../../engine/read/page.ts";
import type { Database } from "../../schema.ts";
import { reportNoun } from "../nouns/report.ts";

/** A statement, and the internal number that its rows have. */
export interface NumberedStatement {
  readonly no: bigint;
  readonly statement: ProviderReport;
}

export async function findStatement(
  db: Kysely<Database>,
  id: StatementId,
): Promise<NumberedStatement | undefined> {
  const row = await db.selectFrom("statements").selectAll().where("id", "=", id).executeTakeFirst();
  return row === undefined ? undefined : { no: row.no, statement: reportNoun.nounOf(row) };
}

/** Those that were begun by then and have not ended, oldest first. */
export async function runningStatements(
  db: Kysely<Database>,
  begunBy: Instant,
): Promise<{ readonly no: bigint; readonly id: StatementId }[]> {
  const rows = await db
    .selectFrom("statements")
    .select(["no", "id"])
    .where("status", "=", "running")
    .where("created_at", "<=", begunBy)
    .orderBy("no")
    .execute();
  return rows.map(({ no, id }) => ({ no, id: id as StatementId }));
}

/** Of one account, in these formats, oldest first. */
export async function reportsOf(
  db: Kysely<Database>,
  { provider, account }: Source,
  formats: readonly string[],
): Promise<NumberedStatement[]> {
  const rows = await db
    .selectFrom("statements")
    .selectAll()
    .where("provider", "=", provider)
    .where("account", "=", account)
    .where("format", "in", formats)
    .orderBy("no")
    .execute();
  return rows.map((row) => ({ no: row.no, statement: reportNoun.nounOf(row) }));
}

export interface StatementFilter {
  readonly provider?: string | undefined;
  readonly account?: string | undefined;
  readonly format?: string | undefined;
  readonly origin?: ProviderReport["origin"] | undefined;
  readonly status?: ProviderReport["status"] | undefined;
  readonly dismissed?: boolean | undefined;
}

/** Newest first. */
export async function listStatements(
  db: Kysely<Database>,
  filter: StatementFilter,
  page: PageRequest,
): Promise<Page<ProviderReport>> {
  const at = await positionIn(db, "statements", page);
  let query = db.selectFrom("statements").selectAll().where("no", at.compare, at.no);
  for (const column of ["provider", "account", "format", "origin", "status"] as const) {
    const value = filter[column];
    if (value !== undefined) query = query.where(column, "=", value);
  }
  if (filter.dismissed !== undefined)
    query = query.where("dismissed_at", filter.dismissed ? "is not" : "is", null);
  const rows = await query
    .orderBy("no", at.order)
    .limit(page.limit + 1)
    .execute();
  return pageAt(
    rows.map((row) => reportNoun.nounOf(row)),
    page,
    ({ id }) => id,
  );
}
