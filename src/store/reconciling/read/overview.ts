import { type Kysely, sql } from "kysely";
import type { Source } from "../../../domain/ids.ts";
import type { Amount } from "../../../domain/money.ts";
import type { LevelRun } from "../../../domain/reconciling/account-verdict.ts";
import type { Level, Verdict } from "../../../domain/reconciling/level.ts";
import type { Stated } from "../../../domain/reconciling/reconciled-row.ts";
import type { Missing } from "../../../domain/reconciling/run.ts";
import { statedDifferences } from "../../../domain/reconciling/stated-differences.ts";
import { type Instant, nanosecondsPerDay } from "../../../domain/time.ts";
import { fromText } from "../../engine/exact-json.ts";
import type { ReadUntil } from "../../inbox/watermarks.ts";
import type { Database } from "../../schema.ts";

export interface AccountLevel extends Source {
  readonly level: Level;
}

/** What is open of an account. */
export interface OpenOfAccount extends Source {
  readonly count: bigint;
  readonly oldestDueAt: Instant;
}

/** What the rule of verdicts is told of accounts. */
export interface VerdictInputs {
  /** Of each level that is wanted, the comparison of all its rows whose window ends latest. */
  readonly runs: readonly (AccountLevel & LevelRun)[];
  /** Accounts of which something is being compared now. */
  readonly running: readonly Source[];
  readonly open: readonly OpenOfAccount[];
  /** Up to when each list of the provider was read. */
  readonly read: readonly ReadUntil[];
}

/** In one query: each is a row or two, and all are looked at together. */
export async function verdictInputs(
  db: Kysely<Database>,
  wanted: readonly AccountLevel[],
): Promise<VerdictInputs> {
  const latest = ({ provider, account, level }: AccountLevel, index: number) => sql`
    union all select * from (
      select 'run', provider, account, level, status, window_to, started_at, missing, cast(0 as bigint)
      from reconciliations
      where provider = ${provider} and account = ${account} and level = ${level} and status <> 'running'
        and currency is null and payout_ref is null
      order by window_to desc, no desc limit 1
    ) ${sql.ref(`level${index}`)}`;
  const nothing = (type: "text" | "bigint") => sql`cast(null as ${sql.raw(type)})`;
  const { rows } = await sql<Told>`
    select 'open' as told, provider, account, ${nothing("text")} as name, ${nothing("text")} as verdict,
      ${nothing("bigint")} as "to", min(coalesce(due_at, opened_at)) as at, ${nothing("text")} as missing, count(*) as "count"
    from discrepancies where status = 'open' group by provider, account
    union all
    select 'running', provider, account, null, null, null, null, null, count(*)
    from reconciliations where status = 'running' group by provider, account
    union all
    select 'read', provider, account, kind, null, covered_to, null, null, 0 from watermarks
    ${sql.join(wanted.map(latest), sql` `)}
  `.execute(db);
  const told = (what: Told["told"]) => rows.filter((row) => row.told === what);
  return {
    runs: told("run").map(({ provider, account, name, verdict, to, at, missing }) => ({
      provider,
      account,
      level: name as Level,
      verdict: verdict as Verdict,
      to: to as Instant,
      startedAt: at as Instant,
      missing: fromText<Missing[]>(missing as string),
    })),
    running: told("running").map(({ provider, account }) => ({ provider, account })),
    open: told("open").map(({ provider, account, count, at }) => ({
      provider,
      account,
      count,
      oldestDueAt: at as Instant,
    })),
    read: told("read").map(({ provider, account, name, to }) => ({
      provider,
      account,
      kind: name as string,
      until: to,
    })),
  };
}

interface Told extends Source {
  readonly told: "open" | "running" | "read" | "run";
  readonly name: string | null;
  readonly verdict: string | null;
  readonly to: Instant | null;
  readonly at: Instant | null;
  readonly missing: string | null;
  readonly count: bigint;
}

/** An open discrepancy: since when it should have agreed, and by how much it does not. */
export interface OpenDifference {
  readonly kind: string;
  readonly dueAt: Instant;
  readonly differences: readonly Stated[];
}

export async function openDifferences(db: Kysely<Database>, limit: number): Promise<OpenDifference[]> {
  const rows = await db
    .selectFrom("discrepancies")
    .leftJoin("charges", "charges.no", "discrepancies.charge_no")
    .select(["discrepancies.kind", "differences", "detail", "charges.currency"])
    .select(sql<Instant>`coalesce(due_at, opened_at)`.as("dueAt"))
    .where("discrepancies.status", "=", "open")
    .orderBy("discrepancies.no")
    .limit(limit)
    .execute();
  return rows.map(({ kind, dueAt, currency, ...row }) => {
    const detail = fromText<Record<string, string>>(row.detail);
    const differences = fromText<Stated[]>(row.differences);
    return { kind, dueAt, differences: statedDifferences({ kind, differences, detail }, currency) };
  });
}

/** What all wallets hold together. */
export interface WalletsTotal {
  readonly currency: string;
  readonly paid: Amount;
  readonly promo: Amount;
  readonly held: Amount;
  /** Owed to us. */
  readonly recovery: Amount;
}

export async function walletsTotals(db: Kysely<Database>): Promise<WalletsTotal[]> {
  const { rows } = await sql<WalletsTotal>`
    select currency, cast(sum(paid) as bigint) as paid, cast(sum(promo) as bigint) as promo,
      cast(sum(held) as bigint) as held, cast(sum(recovery) as bigint) as recovery
    from wallets group by currency order by currency
  `.execute(db);
  return rows;
}

export interface NobodysSum {
  readonly currency: string;
  readonly count: bigint;
  readonly collected: Amount;
  /** Of that, refunded, and withdrawn by disputes now. */
  readonly givenBack: Amount;
}

/** What was paid, and nobody knows by whom. */
export async function paidByNobody(db: Kysely<Database>): Promise<NobodysSum[]> {
  const { rows } = await sql<NobodysSum>`
    select currency, count(*) as "count", cast(coalesce(sum(collected), 0) as bigint) as collected,
      cast(sum(refunded + disputed) as bigint) as "givenBack"
    from charges where owner is null and customer_ref is null and status = 'paid' and merged_into_no is null
    group by currency order by currency
  `.execute(db);
  return rows;
}

/** What came in and what went back on one day of UTC, in one currency. */
export interface DayOfMoney {
  readonly currency: string;
  /** When it began. */
  readonly day: Instant;
  readonly came: Amount;
  readonly went: Amount;
}

/** By when charges settled, and when money went back or came again; from whole days on. */
export async function moneyByDay(
  db: Kysely<Database>,
  { from, to }: { readonly from: Instant; readonly to: Instant },
): Promise<DayOfMoney[]> {
  const { rows } = await sql<{ currency: string; day: bigint; came: Amount; went: Amount }>`
    select currency, day, cast(sum(came) as bigint) as came, cast(sum(went) as bigint) as went from (
      select currency, coalesce(settled_at, status_changed_at) / ${nanosecondsPerDay} as day,
        coalesce(collected, 0) as came, 0 as went
      from charges
      where coalesce(settled_at, status_changed_at) >= ${from} and coalesce(settled_at, status_changed_at) < ${to}
        and merged_into_no is null
      union all
      select currency, occurred_at / ${nanosecondsPerDay}, 0,
        case when kind in ('refund', 'dispute') then amount else -amount end
      from movements
      where occurred_at >= ${from} and occurred_at < ${to} and effective = 1 and warning = 0
        and kind in ('refund', 'dispute', 'refund_reversal', 'dispute_reversal')
    ) moved group by currency, day order by currency, day
  `.execute(db);
  return rows.map((row) => ({ ...row, day: row.day * nanosecondsPerDay }));
}
