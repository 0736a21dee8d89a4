import type { Action } from "../../domain/action.ts";
import { type Source, type StatementId, statementId } from "../../domain/ids.ts";
import type { ProviderReport, StatementCounts, StatementMark } from "../../domain/reconciling/statement.ts";
import type { ReportRow } from "../../domain/reconciling/statement-row.ts";
import type { Instant } from "../../domain/time.ts";
import type { Engine } from "../engine/engine.ts";
import { retrying } from "../engine/retry.ts";
import { insertRows, type Session } from "../engine/statements.ts";
import { inTransaction } from "../engine/transaction.ts";
import { insertActions } from "../people/people.ts";
import type { StatementLineRow, StatementTableRow } from "../schema.ts";

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

const insertLines = insertRows("statement_rows");

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
      await trx.insertInto("statements").values(newRow(statement, { id, no })).execute();
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
      await insertLines(
        { engine, trx },
        lines.map((line) => lineRow(statement, line)),
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
export async function finishStatement(
  engine: Engine,
  { no }: OpenStatement,
  { status, problem, warnings, finishedAt }: ReportEnd,
): Promise<void> {
  await retrying(engine, () =>
    engine.writer
      .updateTable("statements")
      .set({
        status,
        problem: problem === null ? null : JSON.stringify(problem),
        warnings: JSON.stringify(warnings),
        finished_at: finishedAt,
      })
      .where("no", "=", no)
      .where("status", "=", "running")
      .execute(),
  );
}

/** What persons said of statements that have ended, one after the other. */
export async function saveMarks({ trx }: Session, marks: readonly StatementMark[]): Promise<void> {
  for (const { id, dismissedAt, dismissedReason } of marks)
    await trx
      .updateTable("statements")
      .set({ dismissed_at: dismissedAt, dismissed_reason: dismissedReason })
      .where("id", "=", id)
      .execute();
}

export function statementOf(row: StatementTableRow): ProviderReport {
  return {
    id: row.id as StatementId,
    provider: row.provider,
    account: row.account,
    format: row.format,
    origin: row.origin as ProviderReport["origin"],
    status: row.status as ProviderReport["status"],
    problem: row.problem === null ? null : JSON.parse(row.problem),
    warnings: JSON.parse(row.warnings),
    covered: { from: row.covered_from, to: row.covered_to },
    counts: {
      included: Number(row.rows_included),
      excluded: Number(row.rows_excluded),
      inError: Number(row.rows_in_error),
      news: Number(row.rows_new),
    },
    createdAt: row.created_at,
    finishedAt: row.finished_at,
    dismissedAt: row.dismissed_at,
    dismissedReason: row.dismissed_reason,
  };
}

/** Whether they moved: not if this very step was committed before its answer was lost. */
async function moveCounts(
  { trx }: Session,
  { no, id }: OpenStatement,
  { before, after }: Pick<ReadLines, "before" | "after">,
): Promise<boolean> {
  const [was, is] = [countColumns(before), countColumns(after)];
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

function countColumns({ included, excluded, inError, news }: StatementCounts) {
  return {
    rows_included: BigInt(included),
    rows_excluded: BigInt(excluded),
    rows_in_error: BigInt(inError),
    rows_new: BigInt(news),
  };
}

function newRow(
  { provider, account, format, origin, covered, createdAt }: NewStatement,
  { id, no }: OpenStatement,
): StatementTableRow {
  return {
    no,
    id,
    provider,
    account,
    format,
    origin,
    status: "running",
    problem: null,
    warnings: "[]",
    covered_from: covered.from,
    covered_to: covered.to,
    ...countColumns({ included: 0, excluded: 0, inError: 0, news: 0 }),
    created_at: createdAt,
    finished_at: null,
    dismissed_at: null,
    dismissed_reason: null,
  };
}

function lineRow({ no }: OpenStatement, { line, status, reason, row }: ReportRow): StatementLineRow {
  return {
    statement_no: no,
    line: BigInt(line),
    status,
    reason,
    key: row.key ?? null,
    kind: row.kind ?? null,
    category: row.category ?? null,
    object_ref: row.objectRef ?? null,
    payout_ref: row.payoutRef ?? null,
    customer_ref: row.customerRef ?? null,
    state: row.state ?? null,
    at: row.at ?? null,
    currency: row.currency ?? null,
    gross: row.gross ?? null,
    fee: row.fee ?? null,
    tax: row.tax ?? null,
    net: row.net ?? null,
  };
}
