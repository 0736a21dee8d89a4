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
import type { Database } from "../../schema.ts";

export interface AccountLevel extends Source {
  readonly level: Level;
}

/** Of each of these, the comparison of all its rows whose window ends latest. */
export async function latestRuns(
  db: Kysely<Database>,
  wanted: readonly AccountLevel[],
): Promise<(AccountLevel & LevelRun)[]> {
  if (wanted.length === 0) return [];
  const one = ({ provider, account, level }: AccountLevel, index: number) => sql`select * from (
    select provider, account, level, status as verdict, window_to as "to", started_at as "startedAt", missing
    from reconciliations
    where provider = ${provider} and account = ${account} and level = ${level} and status <> 'running'
      and currency is null and payout_ref is null
    order by window_to desc, no desc limit 1
  ) ${sql.ref(`level${index}`)}`;
  const { rows } = await sql<
    Source & { level: Level; verdict: Verdict; to: Instant; startedAt: Instant; missing: string }
  >`${sql.join(wanted.map(one), sql` union all `)}`.execute(db);
  return rows.map((row) => ({ ...row, missing: fromText<Missing[]>(row.missing) }));
}

/** Accounts of which something is being compared now. */
export async function runningAccounts(db: Kysely<Database>): Promise<Source[]> {
  return db
    .selectFrom("reconciliations")
    .select(["provider", "account"])
    .distinct()
    .where("status", "=", "running")
    .execute();
}

export interface OpenOfAccount extends Source {
  readonly count: bigint;
  readonly oldestDueAt: Instant;
}

export async function openOfAccounts(db: Kysely<Database>): Promise<OpenOfAccount[]> {
  const { rows } = await sql<OpenOfAccount>`
    select provider, account, count(*) as "count", min(coalesce(due_at, opened_at)) as "oldestDueAt"
    from discrepancies where status = 'open' group by provider, account
  `.execute(db);
  return rows;
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
