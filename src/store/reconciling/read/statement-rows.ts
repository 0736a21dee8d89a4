import { type Kysely, sql } from "kysely";
import type { ReportRow } from "../../../domain/reconciling/statement.ts";
import { ordinalOf, type Page, type PageRequest, pageOf } from "../../engine/read/page.ts";
import type { Database, StatementLineRow } from "../../schema.ts";
import { type KeptReportRow, reportRowNoun } from "../nouns/report.ts";

/** All lines of these statements that have one of these keys: also those in error, of which a repeated key is one. */
export async function statementRowsByKeys(
  db: Kysely<Database>,
  statementNos: readonly bigint[],
  keys: readonly string[],
): Promise<KeptReportRow[]> {
  if (statementNos.length === 0 || keys.length === 0) return [];
  const rows = await db
    .selectFrom("statement_rows")
    .selectAll()
    .where("key", "in", keys)
    .where(anyIndexButTheirs, "in", statementNos)
    .orderBy("statement_no")
    .orderBy("line")
    .execute();
  return rows.map((row) => reportRowNoun.nounOf(row));
}

/** SQLite would rather read a whole statement than look up a few hundred keys: it is told that only they help. */
const anyIndexButTheirs = sql<bigint>`statement_no + 0`;

/** Which of these keys a line of the statement has that is not in error. */
export async function keysTaken(
  db: Kysely<Database>,
  statementNo: bigint,
  keys: readonly string[],
): Promise<Set<string>> {
  if (keys.length === 0) return new Set();
  const rows = await db
    .selectFrom("statement_rows")
    .select("key")
    .where("key", "in", keys)
    .where(anyIndexButTheirs, "=", statementNo)
    .where("status", "<>", "error")
    .execute();
  return new Set(rows.flatMap(({ key }) => (key === null ? [] : [key])));
}

/** The lines of one statement after a line, in their order: read again and again, it gives them all. */
export async function statementLinesAfter(
  db: Kysely<Database>,
  statementNo: bigint,
  { line, limit }: { readonly line: number; readonly limit: number },
): Promise<ReportRow[]> {
  const rows = await db
    .selectFrom("statement_rows")
    .selectAll()
    .where("statement_no", "=", statementNo)
    .where("line", ">", BigInt(line))
    .orderBy("line")
    .limit(limit)
    .execute();
  return rows.map(reportRowOf);
}

/** In the order of the report. */
export async function listReportRows(
  db: Kysely<Database>,
  statementNo: bigint,
  { status }: { readonly status?: ReportRow["status"] | undefined },
  page: PageRequest,
): Promise<Page<ReportRow>> {
  let query = db
    .selectFrom("statement_rows")
    .selectAll()
    .where("statement_no", "=", statementNo)
    .where("line", ">", page.after === null ? 0n : ordinalOf(page.after));
  if (status !== undefined) query = query.where("status", "=", status);
  // As the index of such lines says it.
  if (status !== undefined && status !== "included") query = query.where("status", "<>", "included");
  const rows = await query
    .orderBy("line")
    .limit(page.limit + 1)
    .execute();
  return pageOf(rows.map(reportRowOf), page, ({ line }) => String(line));
}

/** Why lines are not included, and how many for each reason. */
export interface LineReason {
  readonly status: Exclude<ReportRow["status"], "included">;
  readonly reason: string;
  readonly count: number;
}

export async function lineReasons(db: Kysely<Database>, statementNo: bigint): Promise<LineReason[]> {
  const rows = await db
    .selectFrom("statement_rows")
    .select(({ fn }) => ["status", "reason", fn.countAll<bigint>().as("count")])
    .where("statement_no", "=", statementNo)
    .where("status", "<>", "included")
    .groupBy(["status", "reason"])
    .orderBy("status")
    .orderBy("reason")
    .execute();
  return rows.map(({ status, reason, count }) => ({
    status: status as LineReason["status"],
    reason: reason ?? "",
    count: Number(count),
  }));
}

/** What is not in error is whole: the table refuses anything else. */
function reportRowOf(row: StatementLineRow): ReportRow {
  const { statementNo: _, ...own } = reportRowNoun.nounOf(row);
  return own as ReportRow;
}
