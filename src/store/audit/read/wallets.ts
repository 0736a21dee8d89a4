import { type Kysely, sql } from "kysely";
import type { ChargeId, WalletId } from "../../../domain/ids.ts";
import type { NumberRange } from "../../engine/read/page.ts";
import { returning, taking } from "../../ledger/read/entries.ts";
import type { Database } from "../../schema.ts";
import { walletAccount } from "../../wallets/read/wallets.ts";

/** A wallet's row, beside what its lots, lines and postings add up to. */
export interface WalletSums {
  readonly no: bigint;
  readonly id: WalletId;
  readonly owner: string;
  readonly currency: string;
  readonly paid: bigint;
  readonly promo: bigint;
  readonly recovery: bigint;
  readonly seq: bigint;
  readonly lot_count: bigint;
  readonly held: bigint;
  readonly pending: string;
  readonly hold_count: bigint;
  readonly next_expiry_at: bigint | null;
  readonly open_holds: bigint;
  readonly holds: bigint;
  readonly soonest_expiry: bigint | null;
  readonly lots_paid: bigint;
  readonly lots_promo: bigint;
  readonly lots: bigint;
  readonly lines: bigint;
  readonly last_seq: bigint;
  readonly lines_amount: bigint;
  readonly recovery_moves: bigint;
  readonly posted_paid: bigint;
  readonly posted_promo: bigint;
  readonly posted_recovery: bigint;
}

export async function walletSums(db: Kysely<Database>, { after, upTo }: NumberRange): Promise<WalletSums[]> {
  const lots = (what: string, where: string) =>
    sql`(select cast(coalesce(sum(${sql.raw(what)}), 0) as bigint) from lots where wallet_no = wallets.no ${sql.raw(where)})`;
  const posted = (name: "walletPaid" | "walletPromo" | "recovery", sign: string) => {
    return sql`(
      select cast(coalesce(sum(${sql.raw(sign)}postings.amount), 0) as bigint)
      from accounts join postings on postings.account_no = accounts.no
      where accounts.path = ${walletAccount(name)} and accounts.currency = wallets.currency
    )`;
  };
  const { rows } = await sql<WalletSums>`
    select no, id, owner, currency, paid, promo, recovery, seq, lot_count, held, pending, hold_count, next_expiry_at,
      (select cast(coalesce(sum(amount), 0) as bigint) from holds where wallet_no = wallets.no and status = 'open') as open_holds,
      (select count(*) from holds where wallet_no = wallets.no) as holds,
      (select min(expires_at) from lots where wallet_no = wallets.no and remaining > 0) as soonest_expiry,
      ${lots("remaining", "and kind = 'paid'")} as lots_paid,
      ${lots("remaining", "and kind = 'promo'")} as lots_promo,
      ${lots("1", "")} as lots,
      (select count(*) from wallet_lines where wallet_no = wallets.no) as lines,
      (select cast(coalesce(max(seq), 0) as bigint) from wallet_lines where wallet_no = wallets.no) as last_seq,
      (select cast(coalesce(sum(amount), 0) as bigint) from wallet_lines where wallet_no = wallets.no) as lines_amount,
      (select cast(coalesce(sum(amount), 0) as bigint) from uncovered_moves
        where wallet_no = wallets.no and account = 'recovery') as recovery_moves,
      ${posted("walletPaid", "-")} as posted_paid,
      ${posted("walletPromo", "-")} as posted_promo,
      ${posted("recovery", "")} as posted_recovery
    from wallets where no > ${after} and no <= ${upTo}
  `.execute(db);
  return rows;
}

/** Lots whose statement lines do not lead from what they began with to what is left of them. */
export async function differingLots(db: Kysely<Database>, { after, upTo }: NumberRange) {
  const { rows } = await sql<{ id: string }>`
    select lots.id
    from lots
      join wallets on wallets.no = lots.wallet_no
      left join lot_moves on lot_moves.wallet_no = lots.wallet_no and lot_moves.lot_ordinal = lots.ordinal
    where lots.wallet_no > ${after} and lots.wallet_no <= ${upTo}
    group by lots.wallet_no, lots.ordinal, lots.id, lots.opened_by, lots.amount, lots.remaining, lots.expired, wallets.id
    having lots.amount + coalesce(sum(lot_moves.remaining), 0) <> lots.remaining
      or coalesce(sum(lot_moves.expired), 0) <> lots.expired
      or lots.id <> wallets.id || '.lot' || cast(lots.ordinal as text)
      or not exists (
        select 1 from wallet_lines where wallet_lines.wallet_no = lots.wallet_no and wallet_lines.seq = lots.opened_by
          and wallet_lines.kind in ('top_up', 'grant', ${returning}, 'debit_reversal', 'usage_reversal', 'link_in', 'replanned')
      )
  `.execute(db);
  return rows;
}

/** Statement lines whose balance does not follow from the line before, or whose parts do not add up. */
export async function differingLines(db: Kysely<Database>, { after, upTo }: NumberRange) {
  const { rows } = await sql<{ id: WalletId; seq: bigint }>`
    select wallets.id, chained.seq
    from (
      select wallet_no, seq, amount, balance_after, requested, covered, uncovered, kind,
        lag(balance_after, 1, 0) over (partition by wallet_no order by seq) as balance_before,
        row_number() over (partition by wallet_no order by seq) as counted
      from wallet_lines where wallet_no > ${after} and wallet_no <= ${upTo}
    ) chained
      join wallets on wallets.no = chained.wallet_no
    where balance_before + amount <> balance_after or counted <> chained.seq or covered + uncovered <> requested
      or (kind in (${taking}, ${returning}) and uncovered <> abs((
        select coalesce(sum(uncovered_moves.amount), 0) from uncovered_moves
        where uncovered_moves.wallet_no = chained.wallet_no and uncovered_moves.seq = chained.seq
      )))
    order by wallets.id, chained.seq
  `.execute(db);
  return rows;
}

/**
 * Charges whose lots in a wallet hold something else than their lines put there: what a line did not do to lots that were
 * there, it opened. Not asked of wallets that lots came to with a linked customer.
 */
export async function foreignLots(db: Kysely<Database>, { after, upTo }: NumberRange) {
  const range = (column: string) => sql`${sql.ref(column)} > ${after} and ${sql.ref(column)} <= ${upTo}`;
  const { rows } = await sql<{ id: WalletId; charge: ChargeId | null }>`
    select wallets.id, charges.id as charge
    from (
      select wallet_no, charge_no, amount from lots where ${range("wallet_no")}
      union all
      select wallet_no, charge_no, -amount from wallet_lines where ${range("wallet_no")}
      union all
      select line.wallet_no, line.charge_no, lot_moves.remaining
      from wallet_lines line join lot_moves on lot_moves.wallet_no = line.wallet_no and lot_moves.seq = line.seq
      where ${range("line.wallet_no")}
    ) opened
      join wallets on wallets.no = opened.wallet_no
      left join charges on charges.no = opened.charge_no
    where not exists (
      select 1 from wallet_lines where wallet_lines.wallet_no = opened.wallet_no and wallet_lines.kind = 'link_in'
    )
    group by wallets.id, charges.id
    having sum(opened.amount) <> 0
    order by wallets.id, charges.id
  `.execute(db);
  return rows;
}

/** Statement lines that say something else than their entry; both lines of a link have the entry of the first. */
export async function misfiledLines(db: Kysely<Database>, { after, upTo }: NumberRange) {
  const { rows } = await sql<{ id: WalletId; seq: bigint }>`
    select wallets.id, line.seq
    from wallet_lines line
      join wallets on wallets.no = line.wallet_no
      left join entries on entries.no = line.entry_no
    where line.wallet_no > ${after} and line.wallet_no <= ${upTo} and (
      entries.charge_no is distinct from line.charge_no
      or entries.event_no is distinct from line.event_no
      or entries.effective_at is distinct from line.effective_at
      or entries.posted_at is distinct from line.posted_at
      or (line.kind <> 'link_in' and (
        entries.wallet_no is distinct from line.wallet_no
        or entries.ordinal is distinct from line.seq
        or entries.kind is distinct from line.kind
      ))
      or line.amount <> -(
        select cast(coalesce(sum(postings.amount), 0) as bigint)
        from postings join accounts on accounts.no = postings.account_no
        where postings.entry_no = line.entry_no
          and accounts.path in (${walletAccount("walletPaid")}, ${walletAccount("walletPromo")})
      )
    )
    order by wallets.id, line.seq
  `.execute(db);
  return rows;
}
