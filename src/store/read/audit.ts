import { type Kysely, sql } from "kysely";
import { accounts } from "../../domain/accounts.ts";
import type { StoredEvent } from "../../domain/event.ts";
import type { Fact } from "../../domain/facts.ts";
import type { ChargeId, EntryId, EventId, PayoutId, WalletId } from "../../domain/ids.ts";
import { eventOf } from "../events.ts";
import { fromText } from "../exact-json.ts";
import type { Database } from "../schema.ts";

/** A stretch of rows by their internal numbers: an audit reads piece by piece, so that nobody waits for it. */
export interface Stretch<Id extends string> {
  readonly ids: readonly Id[];
  /** Exclusive below, inclusive above. */
  readonly after: bigint;
  readonly upTo: bigint;
}

interface AuditedIds {
  readonly charges: ChargeId;
  readonly events: EventId;
  readonly entries: EntryId;
  readonly payouts: PayoutId;
  readonly wallets: WalletId;
}

/** The next rows of a table after a number; `null` at the end. */
export async function nextStretch<Table extends keyof AuditedIds>(
  db: Kysely<Database>,
  table: Table,
  after: bigint,
  size: number,
): Promise<Stretch<AuditedIds[Table]> | null> {
  const rows = await sql<{ no: bigint; id: string }>`
    select no, id from ${sql.table(table)} where no > ${after} order by no limit ${BigInt(size)}
  `.execute(db);
  const last = rows.rows.at(-1);
  if (last === undefined) return null;
  return { ids: rows.rows.map(({ id }) => id as AuditedIds[Table]), after, upTo: last.no };
}

type Numbers = Pick<Stretch<string>, "after" | "upTo">;

/** Entries whose postings do not sum to zero in a currency, or that have none. */
export async function unbalancedEntries(db: Kysely<Database>, { after, upTo }: Numbers) {
  const { rows } = await sql<{ id: EntryId; currency: string | null; rest: bigint | null }>`
    select entries.id, accounts.currency, cast(sum(postings.amount) as bigint) as rest
    from entries
      left join postings on postings.entry_no = entries.no
      left join accounts on accounts.no = postings.account_no
    where entries.no > ${after} and entries.no <= ${upTo}
    group by entries.id, accounts.currency
    having coalesce(sum(postings.amount), 1) <> 0
  `.execute(db);
  return rows;
}

/** A wallet's row, beside what its lots, lines and postings add up to. */
export interface WalletSums {
  readonly id: WalletId;
  readonly paid: bigint;
  readonly promo: bigint;
  readonly recovery: bigint;
  readonly seq: bigint;
  readonly lot_count: bigint;
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

export async function walletSums(db: Kysely<Database>, { after, upTo }: Numbers): Promise<WalletSums[]> {
  const lots = (what: string, where: string) =>
    sql`(select cast(coalesce(sum(${sql.raw(what)}), 0) as bigint) from lots where wallet_no = wallets.no ${sql.raw(where)})`;
  const posted = (name: "walletPaid" | "walletPromo" | "recovery", sign: string) => {
    const [head, tail] = accounts[name]("\0" as WalletId).split("\0");
    return sql`(
      select cast(coalesce(sum(${sql.raw(sign)}postings.amount), 0) as bigint)
      from accounts join postings on postings.account_no = accounts.no
      where accounts.path = ${head} || wallets.id || ${tail} and accounts.currency = wallets.currency
    )`;
  };
  const { rows } = await sql<WalletSums>`
    select id, paid, promo, recovery, seq, lot_count,
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
export async function differingLots(db: Kysely<Database>, { after, upTo }: Numbers) {
  const { rows } = await sql<{ id: string }>`
    select lots.id
    from lots left join lot_moves
      on lot_moves.wallet_no = lots.wallet_no and lot_moves.lot_ordinal = lots.ordinal
    where lots.wallet_no > ${after} and lots.wallet_no <= ${upTo}
    group by lots.wallet_no, lots.ordinal, lots.id, lots.amount, lots.remaining, lots.expired
    having lots.amount + coalesce(sum(lot_moves.remaining), 0) <> lots.remaining
      or coalesce(sum(lot_moves.expired), 0) <> lots.expired
  `.execute(db);
  return rows;
}

/** Statement lines whose balance does not follow from the line before, or whose parts do not add up. */
export async function differingLines(db: Kysely<Database>, { after, upTo }: Numbers) {
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
      or (kind in ('take_back', 'restore') and uncovered <> abs((
        select coalesce(sum(uncovered_moves.amount), 0) from uncovered_moves
        where uncovered_moves.wallet_no = chained.wallet_no and uncovered_moves.seq = chained.seq
      )))
    order by wallets.id, chained.seq
  `.execute(db);
  return rows;
}

/** An event, with the facts that were stored of it, as they were said. */
export interface AuditedEvent {
  readonly event: StoredEvent;
  readonly facts: readonly Fact[];
}

export async function eventsWithFacts(
  db: Kysely<Database>,
  { after, upTo }: Numbers,
): Promise<AuditedEvent[]> {
  const events = await db
    .selectFrom("events")
    .selectAll()
    .where("no", ">", after)
    .where("no", "<=", upTo)
    .execute();
  const facts = await db
    .selectFrom("facts")
    .select(["event_no", "body"])
    .where("event_no", ">", after)
    .where("event_no", "<=", upTo)
    .orderBy("event_no")
    .orderBy("subject_no")
    .orderBy("position")
    .execute();
  const byEvent = Map.groupBy(facts, (fact) => fact.event_no);
  return events.map((row) => ({
    event: eventOf(row),
    facts: (byEvent.get(row.no) ?? []).map(({ body }) => fromText<Fact>(body)),
  }));
}
