import type { ExpressionBuilder, Kysely } from "kysely";
import type { Discrepancy, Resolution } from "../../../domain/books.ts";
import type { DiscrepancyId } from "../../../domain/ids.ts";
import type { Level, RowClass } from "../../../domain/reconciling/level.ts";
import type { Run } from "../../../domain/reconciling/run.ts";
import { type Page, type PageRequest, pageAt, pageOf, positionIn } from "../../engine/read/page.ts";
import type { Database, MatchRow, StatementLineRow } from "../../schema.ts";
import { discrepancyNoun } from "../nouns/discrepancy.ts";
import { type KeptRow, runNoun, runRowNoun, statedOf } from "../nouns/run.ts";

/** A run by its id, with its internal number. */
export async function findRun(
  db: Kysely<Database>,
  id: string,
): Promise<{ readonly no: bigint; readonly run: Run } | null> {
  const row = await db.selectFrom("reconciliations").selectAll().where("id", "=", id).executeTakeFirst();
  return row === undefined ? null : { no: row.no, run: runNoun.nounOf(row) };
}

export interface RunFilter {
  readonly provider?: string | undefined;
  readonly level?: Level | undefined;
  readonly status?: Run["status"] | undefined;
}

/** Newest first. */
export async function listRuns(
  db: Kysely<Database>,
  { provider, level, status }: RunFilter,
  page: PageRequest,
): Promise<Page<Run>> {
  const at = await positionIn(db, "reconciliations", page);
  let query = db
    .selectFrom("reconciliations")
    .selectAll()
    .where("no", at.compare, at.no)
    .orderBy("no", at.order)
    .limit(page.limit + 1);
  if (provider !== undefined) query = query.where("provider", "=", provider);
  if (level !== undefined) query = query.where("level", "=", level);
  if (status !== undefined) query = query.where("status", "=", status);
  return pageAt(
    (await query.execute()).map((row) => runNoun.nounOf(row)),
    page,
    ({ id }) => id,
  );
}

/** Runs whose process may have died. */
export async function unfinishedRuns(db: Kysely<Database>): Promise<Run[]> {
  const rows = await db.selectFrom("reconciliations").selectAll().where("status", "=", "running").execute();
  return rows.map((row) => runNoun.nounOf(row));
}

/**
 * By key: what was said of rows, and those that were found to agree.
 * @throws UnknownPosition never: a key after which nothing comes ends the list
 */
export async function listReconciledRows(
  db: Kysely<Database>,
  { no, of }: { readonly no: bigint; readonly of: Pick<KeptRow, "runId" | "level"> },
  { class: rowClass }: { readonly class?: RowClass | undefined },
  page: PageRequest,
): Promise<Page<KeptRow>> {
  const said = await saidRows(db, no, rowClass, page);
  const matched = rowClass === undefined || rowClass === "matched" ? await matches(db, no, page) : [];
  const rows = [
    ...said.map((row) => runRowNoun.nounOf(row, of)),
    ...matched.map((row) => matchedRow(row, of)),
  ];
  const ordered = rows.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  return pageOf(ordered.slice(0, page.limit + 1), page, ({ key }) => key);
}

function saidRows(db: Kysely<Database>, no: bigint, rowClass: RowClass | undefined, page: PageRequest) {
  let query = db
    .selectFrom("reconciliation_rows as row")
    .leftJoin("discrepancies", (join) => join.onRef("discrepancies.no", "=", "row.discrepancy_no"))
    .selectAll("row")
    .select("discrepancies.id as discrepancy_id")
    .where("row.run_no", "=", no)
    .orderBy("row.key")
    .limit(page.limit + 1);
  if (page.after !== null) query = query.where("row.key", ">", page.after);
  if (rowClass !== undefined) query = query.where("row.class", "=", rowClass);
  // As the index of such rows says it.
  if (rowClass !== undefined && rowClass !== "matched") query = query.where("row.class", "<>", "matched");
  return query.execute();
}

type MatchedLine = Pick<MatchRow, "key" | "statement_no" | "line" | "due_at"> &
  Pick<StatementLineRow, "currency" | "net" | "at"> & { readonly subject: string };

function matches(db: Kysely<Database>, no: bigint, page: PageRequest): Promise<MatchedLine[]> {
  let query = db
    .selectFrom("reconciliation_matches as match")
    .innerJoin("statement_rows as stated", (join) =>
      join.onRef("stated.statement_no", "=", "match.statement_no").onRef("stated.line", "=", "match.line"),
    )
    .innerJoin("charges", "charges.no", "match.subject_no")
    .select(["match.key", "match.statement_no", "match.line", "match.due_at"])
    .select(["stated.currency", "stated.net", "stated.at", "charges.id as subject"])
    .where("match.run_no", "=", no)
    .orderBy("match.key")
    .limit(page.limit + 1);
  if (page.after !== null) query = query.where("match.key", ">", page.after);
  return query.execute();
}

function matchedRow({ currency, net, ...row }: MatchedLine, of: Pick<KeptRow, "runId" | "level">): KeptRow {
  const both = statedOf(currency, net);
  return {
    ...of,
    key: row.key,
    class: "matched",
    kind: null,
    claim: { statement: row.statement_no, line: row.line },
    subject: row.subject,
    left: both,
    right: both,
    detail: {},
    at: row.at,
    dueAt: row.due_at,
    discrepancyId: null,
  };
}

/** Which of these keys the run has said something of already. */
export async function keysSaid(
  db: Kysely<Database>,
  run: bigint,
  keys: readonly string[],
): Promise<ReadonlySet<string>> {
  if (keys.length === 0) return new Set();
  const among = (table: "reconciliation_rows" | "reconciliation_matches") =>
    db.selectFrom(table).select("key").where("run_no", "=", run).where("key", "in", keys);
  const rows = await among("reconciliation_rows").unionAll(among("reconciliation_matches")).execute();
  return new Set(rows.map(({ key }) => key));
}

/** What is known under these keys of a level, open or settled. */
export async function discrepanciesByKeys(
  db: Kysely<Database>,
  about: LevelOf,
  keys: readonly string[],
): Promise<Discrepancy[]> {
  if (keys.length === 0) return [];
  const rows = await ofLevel(db, about).selectAll().where("row_key", "in", keys).execute();
  return rows.map((row) => discrepancyNoun.nounOf(row));
}

/** Those of a level that have not disappeared and that a run has said nothing of, by id after `after`. */
export async function standingUnsaid(
  db: Kysely<Database>,
  about: LevelOf,
  { run, after, limit }: { readonly run: bigint; readonly after: string; readonly limit: number },
): Promise<Discrepancy[]> {
  const rows = await ofLevel(db, about)
    .selectAll()
    .where(stands)
    .where("id", ">", after)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom("reconciliation_rows")
            .select("key")
            .where("run_no", "=", run)
            .whereRef("reconciliation_rows.key", "=", eb.ref("discrepancies.row_key")),
        ),
      ),
    )
    .orderBy("id")
    .limit(limit)
    .execute();
  return rows.map((row) => discrepancyNoun.nounOf(row));
}

/** Open, or settled by a person: the sides are still apart. */
const stands = (eb: ExpressionBuilder<Database, "discrepancies">) =>
  eb.or([eb("status", "=", "open"), eb("resolution", "<>", "disappeared")]);

/** Whether anything was ever found at a level. */
export async function hasDiscrepancies(db: Kysely<Database>, about: LevelOf): Promise<boolean> {
  return (await ofLevel(db, about).select("no").limit(1).executeTakeFirst()) !== undefined;
}

type LevelOf = Pick<Run, "provider" | "account" | "level">;

function ofLevel(db: Kysely<Database>, { provider, account, level }: LevelOf) {
  return db
    .selectFrom("discrepancies")
    .where("level", "=", level)
    .where("provider", "=", provider)
    .where("account", "=", account);
}

/** Those that an entry was posted for by a person whose word no longer holds. */
export async function correctedWithoutWord(db: Kysely<Database>): Promise<DiscrepancyId[]> {
  const rows = await db
    .selectFrom("discrepancies")
    .select("id")
    .where("correction_no", "is not", null)
    .where((eb) => eb.or([eb("status", "=", "open"), eb("resolution", "=", "disappeared")]))
    .orderBy("no")
    .execute();
  return rows.map(({ id }) => id as DiscrepancyId);
}

/** What was done to a discrepancy, oldest first. */
export interface DiscrepancyStep {
  readonly action: string;
  readonly at: bigint;
  readonly actor: string | null;
  readonly resolution: Resolution | null;
  readonly reason: string | null;
  readonly entryId: string | null;
  readonly eventId: string | null;
  readonly reconciliationId: string | null;
  readonly detail: Readonly<Record<string, string>>;
}

export async function stepsOfDiscrepancy(db: Kysely<Database>, id: string): Promise<DiscrepancyStep[]> {
  const rows = await db
    .selectFrom("discrepancy_changes as step")
    .innerJoin("discrepancies", "discrepancies.no", "step.discrepancy_no")
    .leftJoin("entries", "entries.no", "step.entry_no")
    .leftJoin("events", "events.no", "step.event_no")
    .leftJoin("reconciliations as run", "run.no", "step.run_no")
    .selectAll("step")
    .select(["entries.id as entry_id", "events.id as event_id", "run.id as run_id"])
    .where("discrepancies.id", "=", id)
    .orderBy("step.ordinal")
    .execute();
  return rows.map((row) => ({
    action: row.action,
    at: row.at,
    actor: row.actor,
    resolution: row.resolution as Resolution | null,
    reason: row.reason,
    entryId: row.entry_id,
    eventId: row.event_id,
    reconciliationId: row.run_id,
    detail: JSON.parse(row.detail) as Record<string, string>,
  }));
}
