import { type Kysely, sql } from "kysely";
import type { HoldId, UsageId, WalletId } from "../../../domain/ids.ts";
import type { Amount } from "../../../domain/money.ts";
import type { Hold } from "../../../domain/spending/hold.ts";
import type { Usage } from "../../../domain/spending/usage.ts";
import type { Instant } from "../../../domain/time.ts";
import type { NumberRange } from "../../engine/read/page.ts";
import type { Database, UsageRow } from "../../schema.ts";
import { holdOf } from "../../wallets/holds.ts";
import { type LimitRecord, limitNoun } from "../../wallets/nouns/spending.ts";
import { hasRequested, ofTally, type StoredUsage, usageOf, usageRows } from "../../wallets/usage.ts";

/** A limit that is or was in force, with all that it was set to and counted. */
export interface AuditedLimit {
  readonly limit: LimitRecord;
  /** By when they were set, the first of them when the limit was. */
  readonly amounts: readonly { readonly amount: Amount; readonly setAt: Instant }[];
  readonly counts: ReadonlyMap<Instant, Amount>;
}

/** What of a wallet was spent, in the order in which it was decided. */
export interface SpentOfWallet {
  readonly id: WalletId;
  readonly limits: readonly AuditedLimit[];
  readonly usage: readonly { readonly usage: Usage; readonly hold: Hold | undefined }[];
  readonly holds: readonly Hold[];
}

/** Wallets of a stretch that have, or had, a limit. */
export async function limitedWallets(
  db: Kysely<Database>,
  { after, upTo }: NumberRange,
): Promise<SpentOfWallet[]> {
  const rows = await db
    .selectFrom("limits")
    .innerJoin("wallets", "wallets.no", "limits.wallet_no")
    .selectAll("limits")
    .select("wallets.id as wallet_id")
    .where("limits.wallet_no", ">", after)
    .where("limits.wallet_no", "<=", upTo)
    .orderBy("limits.wallet_no")
    .orderBy("limits.ordinal")
    .execute();
  const wallets: SpentOfWallet[] = [];
  for (const [no, own] of Map.groupBy(rows, (row) => row.wallet_no)) {
    const of = <Row extends { readonly ordinal: bigint }>(rows: readonly Row[], ordinal: bigint) =>
      rows.filter((row) => row.ordinal === ordinal);
    const amounts = await db
      .selectFrom("limit_amounts")
      .selectAll()
      .where("wallet_no", "=", no)
      .orderBy("position")
      .execute();
    const counts = await db.selectFrom("limit_counts").selectAll().where("wallet_no", "=", no).execute();
    const limits = own.map((row) => ({
      limit: limitNoun.nounOf(row),
      amounts: of(amounts, row.ordinal).map(({ amount, set_at: setAt }) => ({ amount, setAt })),
      counts: new Map(of(counts, row.ordinal).map(({ period_at, counted }) => [period_at, counted])),
    }));
    const id = own[0]?.wallet_id as WalletId;
    const holdRows = await db.selectFrom("holds").selectAll().where("wallet_no", "=", no).execute();
    const holds = holdRows.map((row) => holdOf({ ...row, wallet_id: id }));
    const holdOfId = new Map(holds.map((hold) => [hold.id, hold]));
    const usage = (await usageRows(db).where("tallies.wallet_no", "=", no).orderBy("usage.no").execute())
      .map(usageOf)
      .map((used) => ({ usage: used, hold: holdOfId.get(used.id as string as HoldId) }));
    wallets.push({ id, limits, usage, holds });
  }
  return wallets;
}

/** Wallets that count other limits than there are, and usage that names a limit which its wallet never had. */
export async function miscountedLimits(db: Kysely<Database>, { after, upTo }: NumberRange) {
  const wallets = await sql<{ id: WalletId }>`
    select id from wallets
    where no > ${after} and no <= ${upTo}
      and limit_count <> (select count(*) from limits where limits.wallet_no = wallets.no)
  `.execute(db);
  const usage = await sql<{ id: UsageId }>`
    select usage.id from tallies join usage on usage.tally_no = tallies.no
    where tallies.wallet_no > ${after} and tallies.wallet_no <= ${upTo} and usage.limited > 0
      and not exists (
        select 1 from limits where limits.wallet_no = tallies.wallet_no and limits.id = usage.limit_id
      )
  `.execute(db);
  return { wallets: wallets.rows, usage: usage.rows };
}

/** Usage beside what is stored of it only for finding it. */
export interface AuditedUsage {
  readonly no: bigint;
  readonly usage: Usage;
  readonly roundingUnit: boolean;
}

/** The next usage after a number. */
export async function usageAfter(db: Kysely<Database>, after: bigint, size: number): Promise<AuditedUsage[]> {
  const rows = await db
    .selectFrom("usage")
    .leftJoin("tallies", "tallies.no", "usage.tally_no")
    .leftJoin("wallets", "wallets.no", "tallies.wallet_no")
    .selectAll("usage")
    .select(ofTally)
    .select(["wallets.id as wallet_id", "wallets.currency"])
    .where("usage.no", ">", after)
    .orderBy("usage.no")
    .limit(size)
    .execute();
  return rows.map(auditedOf);
}

/** All usage of a wallet, what its statement requested for that, and what is pending in it, at one moment. */
export async function usageOfWallet(db: Kysely<Database>, id: WalletId) {
  const rows = await db
    .selectFrom("wallets")
    .leftJoin("tallies", "tallies.wallet_no", "wallets.no")
    .leftJoin("usage", "usage.tally_no", "tallies.no")
    .selectAll("usage")
    .select(ofTally)
    .select(["wallets.id as wallet_id", "wallets.currency", "wallets.pending"])
    .select(
      sql<bigint>`(
        select cast(coalesce(sum(case kind when 'usage' then requested else -requested end), 0) as bigint)
        from wallet_lines where wallet_no = wallets.no and kind in ('usage', 'usage_reversal')
      )`.as("requested_by_lines"),
    )
    .where("wallets.id", "=", id)
    .execute();
  const stored = rows.flatMap((row) => (row.no === null ? [] : [auditedOf(row as never)]));
  return {
    pending: rows[0]?.pending ?? "0",
    requested: rows[0]?.requested_by_lines ?? 0n,
    usage: stored.map(({ usage }) => usage),
  };
}

/** Also of a row whose tally or wallet is gone: that is told by what it refers to. */
type AuditedRow = UsageRow & {
  readonly [Column in Exclude<keyof StoredUsage, keyof UsageRow>]: StoredUsage[Column] | null;
};

function auditedOf(row: AuditedRow): AuditedUsage {
  const usage = usageOf({
    ...row,
    wallet_no: row.wallet_no ?? 0n,
    wallet_id: row.wallet_id ?? "",
    currency: row.currency ?? "",
    balance_before: row.balance_before ?? 0n,
    applied_at: row.applied_at ?? 0n,
  });
  return { no: row.no, usage, roundingUnit: row.rounding_unit === 1n };
}

/** Usage lines that request or cover something else than their usage does. */
export async function differingUsageLines(db: Kysely<Database>, { after, upTo }: NumberRange) {
  const { rows } = await sql<{ id: WalletId; seq: bigint }>`
    select wallets.id, line.seq
    from wallet_lines line
      join wallets on wallets.no = line.wallet_no
      left join (
        select tallies.wallet_no, tallies.seq, sum(covered + uncovered) as requested, sum(covered) as covered
        from tallies join usage on usage.tally_no = tallies.no
        where tallies.wallet_no > ${after} and tallies.wallet_no <= ${upTo} and tallies.seq is not null
        group by tallies.wallet_no, tallies.seq
      ) borne on borne.wallet_no = line.wallet_no and borne.seq = line.seq
    where line.wallet_no > ${after} and line.wallet_no <= ${upTo} and line.kind = 'usage'
      and (borne.requested is distinct from line.requested or borne.covered is distinct from line.covered)
    order by wallets.id, line.seq
  `.execute(db);
  return rows;
}

/** Usage that says something else of its wallet's balance than its line, draws what others drew, or names a line that is not one. */
export async function misfiledUsage(db: Kysely<Database>, { after, upTo }: NumberRange) {
  const { rows } = await sql<{ id: UsageId }>`
    select usage.id
    from (
      select usage.*, tallies.wallet_no, tallies.seq, tallies.balance_before, tallies.applied_at, coalesce(
        sum(usage.covered) over (
          partition by tallies.wallet_no, tallies.seq order by usage.no rows between unbounded preceding and 1 preceding
        ), 0
      ) as drawn
      from tallies join usage on usage.tally_no = tallies.no
      where tallies.wallet_no > ${after} and tallies.wallet_no <= ${upTo}
    ) usage
      left join wallet_lines line on line.wallet_no = usage.wallet_no and line.seq = usage.seq
      left join wallet_lines reversal on reversal.wallet_no = usage.wallet_no and reversal.seq = usage.reversed_seq
    where (usage.seq is null and ${hasRequested})
      or (usage.seq is not null and (
        line.kind is distinct from 'usage'
        or usage.balance_before <> line.balance_after - line.amount
        or usage.applied_at <> line.posted_at
        or (usage.drawn_before <> usage.drawn and ${hasRequested})
      ))
      or (usage.reversed_seq is not null and (
        reversal.kind is distinct from 'usage_reversal' or usage.reversed_wallet_no <> usage.wallet_no
      ))
      or (usage.reversed_at is null and usage.reversed_seq is not null)
    order by usage.id
  `.execute(db);
  return rows;
}

/**
 * Wallets whose reversals gave back something else than their usage says came back. Not asked about value where a linked
 * customer took a fraction along: its unit may have come back without any usage it was requested for.
 */
export async function differingReversals(db: Kysely<Database>, { after, upTo }: NumberRange) {
  const { rows } = await sql<{ id: WalletId }>`
    select wallets.id
    from wallets
      join (
        select tallies.wallet_no, sum(covered_back) as covered, sum(uncovered_back) as uncovered
        from tallies join usage on usage.tally_no = tallies.no
        where tallies.wallet_no > ${after} and tallies.wallet_no <= ${upTo} group by tallies.wallet_no
      ) back on back.wallet_no = wallets.no
      left join (
        select wallet_no, sum(covered) as covered, sum(uncovered) as uncovered from wallet_lines
        where wallet_no > ${after} and wallet_no <= ${upTo} and kind = 'usage_reversal' group by wallet_no
      ) line on line.wallet_no = wallets.no
    where coalesce(line.uncovered, 0) <> back.uncovered or (coalesce(line.covered, 0) <> back.covered and not exists (
      select 1 from wallet_lines where wallet_lines.wallet_no = wallets.no and wallet_lines.kind = 'link_out'
    ))
    order by wallets.id
  `.execute(db);
  return rows;
}

/** Holds whose parts do not follow from their status, and from the usage that settled them. */
export async function differingHolds(db: Kysely<Database>, { after, upTo }: NumberRange) {
  const { rows } = await sql<{ id: HoldId }>`
    select holds.id
    from holds
      join wallets on wallets.no = holds.wallet_no
      left join usage on usage.id = holds.id
      left join tallies on tallies.no = usage.tally_no
    where holds.wallet_no > ${after} and holds.wallet_no <= ${upTo} and (
      holds.id <> wallets.id || '.hold' || cast(holds.ordinal as text)
      or (holds.status = 'settled') <> (usage.id is not null)
      or (usage.id is not null and tallies.wallet_no is distinct from holds.wallet_no)
      or holds.settled <> case
        when usage.id is null or holds.late = 1 then 0
        when usage.covered < holds.amount then usage.covered
        else holds.amount
      end
      or holds.released <> case when holds.status = 'open' then 0 else holds.amount - holds.settled end
    )
    order by holds.id
  `.execute(db);
  return rows;
}
