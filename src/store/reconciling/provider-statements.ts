import type { Action } from "../../domain/action.ts";
import { type Source, type StatementId, statementId } from "../../domain/ids.ts";
import type {
  ProviderReport,
  ReportRow,
  StatementCounts,
  StatementMark,
} from "../../domain/reconciling/statement.ts";
import type { Instant } from "../../domain/time.ts";
import type { Engine } from "../engine/engine.ts";
import { insertNouns, type Session } from "../engine/statements.ts";
import { inTransaction, retrying } from "../engine/transaction.ts";
import { Numbers } from "../loaded.ts";
import { insertActions } from "../people/people.ts";
import { reportNoun, reportRowNoun } from "./nouns/report.ts";

/** A statement that is being stored. It has one writer, who counts its lines. */
export interface OpenStatement {
  readonly id: StatementId;
  readonly no: bigint;
}

export interface NewStatement
  extends Source,
    Pick<ProviderReport, "format" | "origin" | "covered" | "createdAt"> {
  /** What the trail says of it, by its id, where somebody imports it. */
  readonly actionOf: ((id: StatementId) => Action) | null;
}

const insertReports = insertNouns("statements", reportNoun);
const insertReportRows = insertNouns("statement_rows", reportRowNoun);
const nothingRead: StatementCounts = { included: 0, excluded: 0, inError: 0, news: 0 };

/** Begins a statement. Two at once in one format of one account get numbers of their own. */
export function openStatement(engine: Engine, statement: NewStatement): Promise<OpenStatement> {
  return retrying(engine, () =>
    inTransaction(engine.writer, async (trx) => {
      const { provider, account, format } = statement;
      const { count } = await trx
        .selectFrom("statements")
        .select(({ fn }) => fn.countAll<bigint>().as("count"))
        .where("provider", "=", provider)
        .where("account", "=", account)
        .where("format", "=", format)
        .executeTakeFirstOrThrow();
      const id = statementId(statement, format, Number(count) + 1);
      const nextNumber = await engine.reserveNumbers(trx, 1);
      const no = nextNumber();
      const numbers = new Numbers();
      numbers.set(id, no);
      await insertReports({ engine, trx }, numbers, [
        {
          ...statement,
          id,
          status: "running",
          problem: null,
          warnings: [],
          counts: nothingRead,
          finishedAt: null,
          dismissedAt: null,
          dismissedReason: null,
        },
      ]);
      if (statement.actionOf !== null) await insertActions({ engine, trx }, [statement.actionOf(id)]);
      return { id, no };
    }),
  );
}

/** Lines that were read, and the counts with them. */
export interface ReadLines {
  readonly lines: readonly ReportRow[];
  readonly before: StatementCounts;
  readonly after: StatementCounts;
}

/** Stores lines together with how far they lead: all or nothing. */
export function addStatementLines(
  engine: Engine,
  statement: OpenStatement,
  { lines, before, after }: ReadLines,
): Promise<void> {
  return retrying(engine, () =>
    inTransaction(engine.writer, async (trx) => {
      if (!(await moveCounts({ engine, trx }, statement, { before, after }))) return;
      await insertReportRows(
        { engine, trx },
        new Numbers(),
        lines.map((line) => ({ ...line, statementNo: statement.no })),
      );
    }),
  );
}

/** How a statement ended. */
export type ReportEnd = Pick<ProviderReport, "problem" | "warnings"> & {
  readonly status: Exclude<ProviderReport["status"], "running">;
  readonly finishedAt: Instant;
};

/** The first to say how it ended is right: whoever was taken for dead says so too late. */
export async function finishStatement(engine: Engine, { no }: OpenStatement, end: ReportEnd): Promise<void> {
  await retrying(engine, () =>
    engine.writer
      .updateTable("statements")
      .set(reportNoun.valuesOf(["status", "problem", "warnings", "finished_at"], end))
      .where("no", "=", no)
      .where("status", "=", "running")
      .execute(),
  );
}

/** What persons said of statements that have ended, one after the other. */
export async function saveMarks({ trx }: Session, marks: readonly StatementMark[]): Promise<void> {
  for (const mark of marks)
    await trx
      .updateTable("statements")
      .set(reportNoun.valuesOf(["dismissed_at", "dismissed_reason"], mark))
      .where("id", "=", mark.id)
      .execute();
}

const countColumns = ["rows_included", "rows_excluded", "rows_in_error", "rows_new"] as const;

/** Whether they moved: not if this very step was committed before its answer was lost. */
async function moveCounts(
  { trx }: Session,
  { no, id }: OpenStatement,
  { before, after }: Pick<ReadLines, "before" | "after">,
): Promise<boolean> {
  const columnsOf = (counts: StatementCounts) => reportNoun.valuesOf(countColumns, { counts });
  const [was, is] = [columnsOf(before), columnsOf(after)];
  const { numUpdatedRows } = await trx
    .updateTable("statements")
    .set(is)
    .where("no", "=", no)
    .where("rows_included", "=", was.rows_included)
    .where("rows_excluded", "=", was.rows_excluded)
    .where("rows_in_error", "=", was.rows_in_error)
    .executeTakeFirst();
  if (numUpdatedRows > 0n) return true;
  const row = await trx.selectFrom("statements").selectAll().where("no", "=", no).executeTakeFirst();
  const { rows_included, rows_excluded, rows_in_error } = is;
  const isThere =
    row?.rows_included === rows_included &&
    row.rows_excluded === rows_excluded &&
    row.rows_in_error === rows_in_error;
  if (isThere) return false;
  throw new Error(`The statement ${id} has another writer.`);
}
