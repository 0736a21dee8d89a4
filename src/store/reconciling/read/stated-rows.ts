import { setImmediate as othersTurn } from "node:timers/promises";
import { type Kysely, type RawBuilder, sql } from "kysely";
import type { StatedRow } from "../../../domain/reconciling/reconciled-row.ts";
import type { StatementRow, StatementRowKind } from "../../../domain/reconciling/statement.ts";
import type { Instant } from "../../../domain/time.ts";
import { ascending } from "../../engine/statements.ts";
import type { Database, StatementLineRow } from "../../schema.ts";
import { type KeptReportRow, reportRowNoun } from "../nouns/report.ts";
import { statementRowsByKeys } from "./statement-rows.ts";

/** The provider's side of a run: rows of these statements, the newest of which counts where several have the same key. */
export interface LeftSide {
  readonly statements: readonly bigint[];
  readonly kinds: readonly StatementRowKind[];
  /** Categories that another level judges. */
  readonly without: readonly string[];
}

/** The row that counts, by key. */
export async function statedByKeys(
  db: Kysely<Database>,
  left: LeftSide,
  keys: readonly string[],
): Promise<ReadonlyMap<string, StatedRow>> {
  const found = new Map<string, StatedRow>();
  for (const stored of await statementRowsByKeys(db, left.statements, keys)) {
    const row = statedLine(stored);
    if (row === null || row.isRepeated || !isJudged(left, row)) continue;
    const known = found.get(row.key);
    if (known === undefined || known.statement < row.statement) found.set(row.key, row);
  }
  return found;
}

const isJudged = ({ kinds, without }: LeftSide, { kind, category }: StatementRow): boolean =>
  kinds.includes(kind) && !without.includes(category);

/** Some lines of one statement: after one of them, up to another one. */
export interface LineRange {
  readonly statement: bigint;
  readonly after: bigint;
  readonly upTo: bigint;
}

/** Lines that a level looks at. */
export interface JudgedLines extends LineRange {
  /** `null`: whatever their time. */
  readonly window: { readonly from: Instant; readonly to: Instant } | null;
}

export interface UnclaimedRequest extends JudgedLines {
  readonly run: bigint;
}

/** Of `statement_rows as stated`: those of a stretch that count for the level, or that another one has said before. */
export function areJudged(
  { kinds, without }: LeftSide,
  { window, statement, after, upTo }: JudgedLines,
): RawBuilder<boolean> {
  const judgedElsewhere =
    without.length === 0 ? sql`` : sql`and stated.category not in (${sql.join(without)})`;
  const inWindow =
    window === null ? sql`` : sql`and stated.at >= ${window.from} and stated.at < ${window.to}`;
  return sql<boolean>`(
    stated.statement_no = ${statement} and stated.line > ${after} and stated.line <= ${upTo}
    and stated.kind in (${sql.join(kinds)}) ${judgedElsewhere} ${inWindow}
    and (stated.status = 'included' or stated.reason = 'row_duplicated'))`;
}

/**
 * All lines of some statements, in stretches of so many: asking for the next hundreds of the few that are wanted would read
 * a whole statement at once, and on SQLite everything else waits for a query. Between two of them it has its turn.
 */
export async function* stretchesOf(
  db: Kysely<Database>,
  statements: readonly bigint[],
  lines: number,
): AsyncGenerator<LineRange> {
  for (const statement of statements.toSorted(ascending)) {
    const last = await lastLine(db, statement);
    for (let after = 0n; after < last; after += BigInt(lines)) {
      yield { statement, after, upTo: after + BigInt(lines) };
      await othersTurn();
    }
  }
}

async function lastLine(db: Kysely<Database>, statement: bigint): Promise<bigint> {
  const { line } = await db
    .selectFrom("statement_rows")
    .select((eb) => eb.fn.max<bigint | null>("line").as("line"))
    .where("statement_no", "=", statement)
    .executeTakeFirstOrThrow();
  return line ?? 0n;
}

/** Rows of a stretch that are of the window and that the run has not claimed, in their order. */
export async function unclaimedRows(
  db: Kysely<Database>,
  left: LeftSide,
  { run, ...lines }: UnclaimedRequest,
): Promise<StatedRow[]> {
  const rows = await db
    .selectFrom("statement_rows as stated")
    .selectAll("stated")
    .where(areJudged(left, lines))
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom("reconciliation_rows as claim")
            .select("claim.key")
            .where("claim.run_no", "=", run)
            .whereRef("claim.statement_no", "=", "stated.statement_no")
            .whereRef("claim.line", "=", "stated.line"),
        ),
      ),
    )
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom("reconciliation_matches as match")
            .select("match.key")
            .where("match.run_no", "=", run)
            .whereRef("match.key", "=", "stated.key")
            .whereRef("match.statement_no", "=", "stated.statement_no")
            .whereRef("match.line", "=", "stated.line"),
        ),
      ),
    )
    .orderBy("stated.line")
    .execute();
  return rows.flatMap((row) => statedRow(row) ?? []);
}

/**
 * How many rows of these statements could not be read, and may be of a time between: one whose time could not be read may be of
 * any. One that a newer statement has, readable, is told by that one.
 */
export async function unreadableRows(
  db: Kysely<Database>,
  statements: readonly bigint[],
  { from, to }: { readonly from: Instant | null; readonly to: Instant },
): Promise<readonly { readonly statement: bigint; readonly count: bigint }[]> {
  if (statements.length === 0) return [];
  let query = db
    .selectFrom("statement_rows as row")
    .select(["row.statement_no", (eb) => eb.fn.countAll<bigint>().as("count")])
    .where("row.statement_no", "in", statements)
    // As the index of lines that are not included says it.
    .where("row.status", "<>", "included")
    .where("row.status", "=", "error")
    .where("row.reason", "<>", "row_duplicated")
    .where((eb) => eb.or([eb("row.at", "is", null), eb("row.at", "<", to)]))
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom("statement_rows as newer")
            .select("newer.line")
            .where("newer.statement_no", "in", statements)
            .whereRef("newer.statement_no", ">", "row.statement_no")
            .whereRef("newer.key", "=", "row.key")
            .where("newer.status", "=", "included"),
        ),
      ),
    )
    .groupBy("row.statement_no");
  if (from !== null) query = query.where((eb) => eb.or([eb("row.at", "is", null), eb("row.at", ">=", from)]));
  const rows = await query.execute();
  return rows.map(({ statement_no: statement, count }) => ({ statement, count }));
}

/** Whether these statements have any row of a window. */
export async function haveRowsIn(
  db: Kysely<Database>,
  statements: readonly bigint[],
  { from, to }: { readonly from: Instant; readonly to: Instant },
): Promise<boolean> {
  if (statements.length === 0) return false;
  const row = await db
    .selectFrom("statement_rows")
    .select("line")
    .where("statement_no", "in", statements)
    .where("at", ">=", from)
    .where("at", "<", to)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** `null` of a row of which not enough could be read to compare it. */
export const statedRow = (row: StatementLineRow): StatedRow | null => statedLine(reportRowNoun.nounOf(row));

function statedLine({ statementNo, status, reason, row, line }: KeptReportRow): StatedRow | null {
  const isRepeated = status === "error" && reason === "row_duplicated";
  if (status !== "included" && !isRepeated) return null;
  const { key, kind, category, currency } = row;
  if (key === undefined || kind === undefined || category === undefined || currency === undefined)
    return null;
  return {
    objectRef: null,
    payoutRef: null,
    customerRef: null,
    state: null,
    at: null,
    gross: null,
    fee: null,
    tax: null,
    net: null,
    ...row,
    key,
    kind,
    category,
    currency,
    statement: statementNo,
    line: BigInt(line),
    isRepeated,
  };
}
