import { type RawBuilder, sql, type Transaction } from "kysely";
import type { Source } from "../../domain/ids.ts";
import type { Stated } from "../../domain/reconciling/reconciled-row.ts";
import type { Run } from "../../domain/reconciling/run.ts";
import type { Instant } from "../../domain/time.ts";
import type { Engine } from "../engine/engine.ts";
import { holdsLease, inTransaction, type Lease, retrying } from "../engine/transaction.ts";
import type { Database } from "../schema.ts";
import { areJudged, type JudgedLines, type LeftSide } from "./read/stated-rows.ts";

/** Lines of a statement that a run looks through for balance rows that we hold just so. */
export interface Matching {
  readonly run: { readonly no: bigint } & Pick<Run, "provider" | "account" | "level" | "currency">;
  readonly left: LeftSide;
  readonly lines: JudgedLines;
  /** How long after its time the other side may take. */
  readonly grace: bigint;
  /** Whether anything was ever found at this level: then what agrees may have to be closed. */
  readonly mayBeKnown: boolean;
}

export interface Matched {
  /** How many agree in each currency, and what they come to. */
  readonly sums: readonly (Stated & { readonly rows: number })[];
  /** Whether all lines that count are among them. */
  readonly isAll: boolean;
}

/**
 * Claims for a run the lines that agree with the only telling of their balance row, or with all of them, without reading one:
 * what the domain would call `matched`, and nothing else. `null` if the lease is no longer ours: then nothing is stored.
 */
export function saveMatches(engine: Engine, matching: Matching, lease: Lease): Promise<Matched | null> {
  return retrying(engine, () =>
    inTransaction(engine.writer, async (trx) => {
      if (!(await holdsLease(trx, engine, lease))) return null;
      const { numAffectedRows: claimed = 0n } = await sql`
        insert into reconciliation_matches (run_no, key, statement_no, line, subject_no, due_at)
        select cast(${matching.run.no} as bigint), stated.key, stated.statement_no, stated.line, held.subject_no,
          stated.at + cast(${matching.grace} as bigint)
        from statement_rows as stated cross join facts as held cross join charges
        where ${agree(engine, matching)}
      `.execute(trx);
      const judged = await sumsOf(
        trx,
        sql`statement_rows as stated`,
        areJudged(matching.left, matching.lines),
      );
      const counted = judged.reduce((sum, { rows }) => sum + rows, 0);
      if (BigInt(counted) === claimed) return { sums: judged, isAll: true };
      return { sums: claimed === 0n ? [] : await sumsClaimed(trx, matching), isAll: false };
    }),
  );
}

/**
 * Whether `stated` is the line that counts for its key, and `held` what tells the same balance row, in the same figures and at
 * the same time, while nothing tells it otherwise.
 */
export function agree(
  engine: Pick<Engine, "rowWord">,
  { run, left, lines, mayBeKnown }: Omit<Matching, "grace">,
): RawBuilder<boolean> {
  const word = (facts: "held" | "other", name: string) => sql.raw(engine.rowWord(name, facts));
  const figures = ["gross", "fee", "net"] as const;
  const sameFigures = figures.map(
    (name) => sql`${word("held", name)} = cast(${sql.ref(`stated.${name}`)} as text)`,
  );
  const toldOtherwise = (["currency", ...figures, "createdAt"] as const).map(
    (name) => sql`${word("other", name)} is distinct from ${word("held", name)}`,
  );
  return sql<boolean>`${areJudged(left, lines)}
    and stated.status = 'included'
    and held.kind = 'balance_row' and ${word("held", "ref")} = stated.key
    and ${word("held", "currency")} = stated.currency
    and ${sql.join(sameFigures, sql` and `)}
    and ${word("held", "createdAt")} = cast(stated.at as text)
    and charges.no = held.subject_no and ${isOf(run)}
    and not exists (
      select 1 from facts as other where other.kind = 'balance_row' and ${word("other", "ref")} = ${word("held", "ref")}
        and other.heard <> held.heard and (other.heard < held.heard or other.subject_no <> held.subject_no
          or ${sql.join(toldOtherwise, sql` or `)}))
    and not exists (
      select 1 from facts as other where other.subject_no = held.subject_no and other.kind = 'dispute')
    ${run.currency === null ? sql`` : sql`and stated.currency = ${run.currency}`}
    ${left.statements.length > 1 ? sql`and not exists (${newerLine(left)})` : sql``}
    ${mayBeKnown ? sql`and not exists (${standing(run)})` : sql``}`;
}

const isOf = ({ provider, account }: Source): RawBuilder<boolean> =>
  sql`charges.provider = ${provider} and charges.account = ${account}`;

function newerLine({ statements, kinds, without }: LeftSide): RawBuilder<unknown> {
  const elsewhere = without.length === 0 ? sql`` : sql`and newer.category not in (${sql.join(without)})`;
  return sql`select 1 from statement_rows as newer
    where newer.key = stated.key and newer.statement_no > stated.statement_no
      and newer.statement_no in (${sql.join(statements)}) and newer.status = 'included'
      and newer.kind in (${sql.join(kinds)}) ${elsewhere}`;
}

/** Something was found under its key, and has not disappeared: now it does. */
function standing({ level, provider, account }: Matching["run"]): RawBuilder<unknown> {
  return sql`select 1 from discrepancies
    where level = ${level} and provider = ${provider} and account = ${account} and row_key = stated.key
      and (status = 'open' or resolution <> 'disappeared')`;
}

type Sums = Matched["sums"];

/** By their net, which both sides state. */
async function sumsOf(
  trx: Transaction<Database>,
  rows: RawBuilder<unknown>,
  counted: RawBuilder<boolean>,
): Promise<Sums> {
  const found = await sql<{ currency: string; rows: bigint; net: bigint | null }>`
    select stated.currency, count(*) as rows, cast(sum(stated.net) as bigint) as net
    from ${rows} where ${counted} group by stated.currency
  `.execute(trx);
  return found.rows.map(({ currency, rows, net }) => ({ currency, amount: net ?? 0n, rows: Number(rows) }));
}

function sumsClaimed(trx: Transaction<Database>, { run, left, lines }: Matching): Promise<Sums> {
  return sumsOf(
    trx,
    sql`statement_rows as stated cross join reconciliation_matches as claim`,
    sql`${areJudged(left, lines)} and claim.run_no = ${run.no} and claim.key = stated.key
      and claim.statement_no = stated.statement_no and claim.line = stated.line`,
  );
}

/** Subjects of an account, by what is asked of them next. */
export interface UnmatchedSubjects {
  readonly subjects: readonly bigint[];
  /** After which name, or number, the next ones are looked for; `null` if there are none. */
  readonly next: string | null;
}

/**
 * Subjects with a balance row of a window that no line of a run agrees with, in the order of names: the next so many rows after
 * one of them are looked through.
 */
export async function unmatchedSubjects(
  { reader, rowWord }: Pick<Engine, "reader" | "rowWord">,
  run: { readonly no: bigint } & Source,
  { from, to }: { readonly from: Instant; readonly to: Instant },
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<UnmatchedSubjects> {
  const word = (name: string) => sql.raw(rowWord(name, "held"));
  const last = await sql<{ ref: string }>`
    select ${word("ref")} as ref from facts as held
    where held.kind = 'balance_row' and ${word("ref")} > ${after} order by ${word("ref")} limit 1 offset ${limit - 1}
  `.execute(reader);
  const next = last.rows[0]?.ref ?? null;
  const upTo = next === null ? sql`` : sql`and ${word("ref")} <= ${next}`;
  const created = sql`cast(${word("createdAt")} as bigint)`;
  const found = await sql<{ subject: bigint }>`
    select held.subject_no as subject from facts as held cross join charges
    where held.kind = 'balance_row' and ${word("ref")} > ${after} ${upTo}
      and ${created} between ${from} and ${to - 1n}
      and not exists (
        select 1 from reconciliation_matches as claim where claim.run_no = ${run.no} and claim.key = ${word("ref")})
      and charges.no = held.subject_no and ${isOf(run)}
  `.execute(reader);
  return { subjects: distinct(found.rows), next };
}

/** Subjects that disputes are told of, which tell their rows themselves, or of whose rows the database can read no name. */
export async function subjectsByWord(
  { reader, rowWord }: Pick<Engine, "reader" | "rowWord">,
  run: Source,
  { after, limit }: { readonly after: bigint; readonly limit: number },
): Promise<readonly bigint[]> {
  const found = await sql<{ subject: bigint }>`
    select told.subject_no as subject from (
      select subject_no from facts where kind = 'dispute' and subject_no > ${after}
      union select subject_no from facts
        where kind = 'balance_row' and ${sql.raw(rowWord("ref"))} is null and subject_no > ${after}
    ) as told cross join charges
    where charges.no = told.subject_no and ${isOf(run)}
    order by told.subject_no limit ${limit}
  `.execute(reader);
  return distinct(found.rows);
}

const distinct = (rows: readonly { readonly subject: bigint }[]): readonly bigint[] =>
  [...new Set(rows.map(({ subject }) => subject))].sort((a, b) => (a < b ? -1 : 1));
