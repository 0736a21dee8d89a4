import { type Kysely, sql } from "kysely";
import type { EntryId } from "../../../domain/ids.ts";
import type { NumberRange } from "../../engine/read/page.ts";
import type { Database } from "../../schema.ts";

/**
 * Entries whose postings do not sum to zero in a currency, or that have none; a line posts what it covered, so one that
 * covered nothing has none.
 */
export async function unbalancedEntries(db: Kysely<Database>, { after, upTo }: NumberRange) {
  const { rows } = await sql<{ id: EntryId; currency: string | null; rest: bigint | null }>`
    select entries.id, accounts.currency, cast(sum(postings.amount) as bigint) as rest
    from entries
      left join postings on postings.entry_no = entries.no
      left join accounts on accounts.no = postings.account_no
    where entries.no > ${after} and entries.no <= ${upTo} and not (
      postings.entry_no is null and exists (
        select 1 from wallet_lines line
        where line.wallet_no = entries.wallet_no and line.seq = entries.ordinal and line.amount = 0 and line.covered = 0
          and line.kind in ('debit', 'debit_reversal', 'usage', 'usage_reversal', 'link_out', 'replanned')
      )
    )
    group by entries.id, accounts.currency
    having coalesce(sum(postings.amount), 1) <> 0
  `.execute(db);
  return rows;
}

/**
 * Entries whose id is not that of their subject and ordinal, and those of a wallet that no line of it stands for. A correction's
 * subject is the discrepancy whose history tells of it.
 */
export async function misfiledEntries(db: Kysely<Database>, { after, upTo }: NumberRange) {
  const { rows } = await sql<{ id: EntryId }>`
    select entries.id
    from entries
      left join charges on charges.no = entries.charge_no
      left join payouts on payouts.no = entries.payout_no
      left join wallets on wallets.no = entries.wallet_no
      left join wallet_lines on wallet_lines.wallet_no = entries.wallet_no and wallet_lines.seq = entries.ordinal
    where entries.no > ${after} and entries.no <= ${upTo} and (
      entries.id is distinct from coalesce(wallets.id, payouts.id, charges.id, (
        select discrepancies.id
        from discrepancies join discrepancy_changes change on change.discrepancy_no = discrepancies.no
        where entries.kind = 'correction'
          and discrepancies.id = substr(entries.id, 1, length(entries.id) - length(cast(entries.ordinal as text)) - 1)
          and change.entry_no = entries.no
      )) || '.' || cast(entries.ordinal as text)
      or (entries.wallet_no is not null and wallet_lines.entry_no is distinct from entries.no)
    )
  `.execute(db);
  return rows;
}

/** Charges or payouts that count another number of entries than they have. */
export async function miscounted(
  db: Kysely<Database>,
  table: "charges" | "payouts",
  { after, upTo }: NumberRange,
) {
  const column = sql.ref(table === "charges" ? "entries.charge_no" : "entries.payout_no");
  const { rows } = await sql<{ id: string; entry_count: bigint; counted: bigint }>`
    select * from (
      select id, entry_count, (
        select count(*) from entries where ${column} = subject.no and entries.wallet_no is null
      ) as counted
      from ${sql.table(table)} subject where no > ${after} and no <= ${upTo}
    ) counts where entry_count <> counted
  `.execute(db);
  return rows;
}
