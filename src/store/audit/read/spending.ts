import { type Kysely, sql } from "kysely";
import type { HoldId, UsageId, WalletId } from "../../../domain/ids.ts";
import type { Usage } from "../../../domain/spending/usage.ts";
import type { NumberRange } from "../../engine/read/page.ts";
import type { Database } from "../../schema.ts";
import { type StoredUsage, usageOf } from "../../wallets/usage.ts";

/** Usage beside what is stored of it only for finding it. */
export interface AuditedUsage {
  readonly no: bigint;
  readonly walletNo: bigint;
  readonly usage: Usage;
  readonly roundingUnit: boolean;
}

/** The next usage after a number. */
export async function usageAfter(db: Kysely<Database>, after: bigint, size: number): Promise<AuditedUsage[]> {
  const rows = await db
    .selectFrom("usage")
    .leftJoin("wallets", "wallets.no", "usage.wallet_no")
    .selectAll("usage")
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
    .leftJoin("usage", "usage.wallet_no", "wallets.no")
    .selectAll("usage")
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

function auditedOf(
  row: Omit<StoredUsage, "wallet_id" | "currency"> & { wallet_id: string | null; currency: string | null },
) {
  const usage = usageOf({ ...row, wallet_id: row.wallet_id ?? "", currency: row.currency ?? "" });
  return { no: row.no, walletNo: row.wallet_no, usage, roundingUnit: row.rounding_unit === 1n };
}

/** Usage lines that request or cover something else than their usage does. */
export async function differingUsageLines(db: Kysely<Database>, { after, upTo }: NumberRange) {
  const { rows } = await sql<{ id: WalletId; seq: bigint }>`
    select wallets.id, line.seq
    from wallet_lines line
      join wallets on wallets.no = line.wallet_no
      left join (
        select wallet_no, seq, sum(requested) as requested, sum(covered) as covered from usage
        where wallet_no > ${after} and wallet_no <= ${upTo} and seq is not null group by wallet_no, seq
      ) borne on borne.wallet_no = line.wallet_no and borne.seq = line.seq
    where line.wallet_no > ${after} and line.wallet_no <= ${upTo} and line.kind = 'usage'
      and (borne.requested is distinct from line.requested or borne.covered is distinct from line.covered)
    order by wallets.id, line.seq
  `.execute(db);
  return rows;
}

/** Usage that says something else of its wallet's balance than its line, or names a line that is not one. */
export async function misfiledUsage(db: Kysely<Database>, { after, upTo }: NumberRange) {
  const { rows } = await sql<{ id: UsageId }>`
    select usage.id
    from usage
      left join wallet_lines line on line.wallet_no = usage.wallet_no and line.seq = usage.seq
      left join wallet_lines reversal on reversal.wallet_no = usage.wallet_no and reversal.seq = usage.reversed_seq
    where usage.wallet_no > ${after} and usage.wallet_no <= ${upTo} and (
      (usage.seq is not null and (
        line.kind is distinct from 'usage'
        or usage.balance_after + usage.drawn_before + usage.covered <> line.balance_after - line.amount
      ))
      or (usage.reversed_seq is not null and reversal.kind is distinct from 'usage_reversal')
      or (usage.reversed_at is null and usage.reversed_seq is not null)
    )
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
        select wallet_no, sum(covered_back) as covered, sum(uncovered_back) as uncovered from usage
        where wallet_no > ${after} and wallet_no <= ${upTo} group by wallet_no
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
    where holds.wallet_no > ${after} and holds.wallet_no <= ${upTo} and (
      holds.id <> wallets.id || '.hold' || cast(holds.ordinal as text)
      or (holds.status = 'settled') <> (usage.id is not null)
      or (usage.id is not null and usage.wallet_no <> holds.wallet_no)
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
