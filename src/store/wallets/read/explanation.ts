import { type Kysely, sql } from "kysely";
import type { Entry, WalletLineKind } from "../../../domain/book/journal.ts";
import type { ChargeId, LotId, WalletId } from "../../../domain/ids.ts";
import type { Amount } from "../../../domain/money.ts";
import type { Usage } from "../../../domain/spending/usage.ts";
import type { Instant } from "../../../domain/time.ts";
import type { Lot } from "../../../domain/wallet/wallet.ts";
import {
  ordinalOf,
  type Page,
  type PageRequest,
  pageAt,
  pageOf,
  positionIn,
} from "../../engine/read/page.ts";
import { entriesByNumber } from "../../ledger/read/entries.ts";
import type { Database, LotRow } from "../../schema.ts";
import { hasRequested, type StoredUsage, usageOf, usageRows } from "../usage.ts";
import { walletNumber } from "./wallets.ts";

/** What a line of a statement did to one lot, in the order in which it took or gave. */
interface MovedLot {
  readonly id: LotId;
  readonly ordinal: number;
  readonly kind: "paid" | "promo";
  readonly chargeId: ChargeId | null;
  readonly remaining: Amount;
  readonly expired: Amount;
}

export async function lotsOfLine(db: Kysely<Database>, wallet: WalletId, seq: number): Promise<MovedLot[]> {
  const { rows } = await sql<Omit<MovedLot, "ordinal"> & { readonly ordinal: bigint }>`
    select lots.id, lots.ordinal, lots.kind, charges.id as "chargeId", lot_moves.remaining, lot_moves.expired
    from lot_moves
      join lots on lots.wallet_no = lot_moves.wallet_no and lots.ordinal = lot_moves.lot_ordinal
      left join charges on charges.no = lots.charge_no
    where lot_moves.wallet_no = ${walletNumber(wallet)} and lot_moves.seq = ${BigInt(seq)}
    order by lot_moves.position
  `.execute(db);
  return rows.map((row) => ({ ...row, ordinal: Number(row.ordinal) }));
}

/** The usage that a line of a statement is of, or that it undid; newest first. */
export async function usageOfLine(
  db: Kysely<Database>,
  wallet: WalletId,
  { seq, isReversal }: { readonly seq: number; readonly isReversal: boolean },
  page: PageRequest,
): Promise<Page<Usage>> {
  const at = await positionIn(db, "usage", page);
  const rows = usageRows(db)
    .where("usage.no", at.compare, at.no)
    .orderBy("usage.no", at.order)
    .limit(page.limit + 1);
  const found = isReversal
    ? await rows
        .where("usage.reversed_wallet_no", "=", walletNumber(wallet))
        .where("usage.reversed_seq", "=", BigInt(seq))
        .execute()
    : await ofTallies(await talliesOfLine(db, wallet, seq), (tally) =>
        rows.where("usage.tally_no", "=", tally).where(hasRequested).execute(),
      );
  return pageAt(found.map(usageOf), page, ({ id }) => id);

  /** Of each tally a page, in the order of its index; a line has as many as meters. */
  async function ofTallies(
    tallies: readonly bigint[],
    read: (tally: bigint) => Promise<StoredUsage[]>,
  ): Promise<StoredUsage[]> {
    const all = (await Promise.all(tallies.map(read))).flat();
    const [first, last] = at.order === "asc" ? [1, -1] : [-1, 1];
    return all.sort((a, b) => (a.no > b.no ? first : last)).slice(0, page.limit + 1);
  }
}

async function talliesOfLine(db: Kysely<Database>, wallet: WalletId, seq: number): Promise<bigint[]> {
  const rows = await db
    .selectFrom("tallies")
    .select("no")
    .where("wallet_no", "=", walletNumber(wallet))
    .where("seq", "=", BigInt(seq))
    .execute();
  return rows.map(({ no }) => no);
}

/** Which of these lines a later one undoes. */
export async function reversedAmong(
  db: Kysely<Database>,
  wallet: WalletId,
  lines: readonly number[],
): Promise<ReadonlySet<number>> {
  if (lines.length === 0) return new Set();
  const rows = await db
    .selectFrom("wallet_lines")
    .select("reverses")
    .where("wallet_no", "=", walletNumber(wallet))
    .where("reverses", "in", lines.map(BigInt))
    .execute();
  return new Set(rows.map(({ reverses }) => Number(reverses)));
}

/** Where a wallet's statement stood at a time. */
interface StatementEnd {
  readonly seq: number;
  readonly balance: Amount;
}

/** What all lines of one kind did together. */
export interface KindOfChange {
  readonly kind: WalletLineKind;
  readonly lines: number;
  readonly amount: Amount;
}

/** A lot as it was after a line of the statement: `amount` plus its changes is what was left. */
export interface LotThen {
  readonly lot: Lot;
  /** The entry of the line that opened it. */
  readonly opening: Entry;
  /** What later lines did to it. */
  readonly changes: readonly KindOfChange[];
}

/** A wallet as it was at a time on our clock, with the newest of the lots that it consisted of. */
export interface WalletAtTime extends StatementEnd {
  readonly held: Amount;
  readonly changes: readonly KindOfChange[];
  readonly lots: Page<LotThen>;
}

export async function walletAt(db: Kysely<Database>, wallet: WalletId, at: Instant): Promise<WalletAtTime> {
  const end = await statementEnd(db, wallet, at);
  return {
    ...end,
    held: await heldAt(db, wallet, at),
    changes: await changesUpTo(db, wallet, end.seq),
    lots: await lotsThen(db, wallet, end.seq, { limit: 50, after: null }),
  };
}

/** What had happened to a wallet by a time of the provider's clock; its balance by that clock is what that comes to. */
export async function happenedUntil(
  db: Kysely<Database>,
  wallet: WalletId,
  at: Instant,
): Promise<KindOfChange[]> {
  const rows = await kindsOf(db, wallet).where("effective_at", "<=", at).execute();
  return rows.map(changeOf);
}

/** What a line of a statement did to a lot: it opened it, took from it or gave back. */
export interface LineOfLot {
  readonly seq: number;
  readonly kind: WalletLineKind;
  readonly entryId: string;
  readonly eventId: string | null;
  readonly postedAt: Instant;
  readonly amount: Amount;
  readonly expired: Amount;
  /** What the lot had left after it. */
  readonly left: Amount;
}

/** A lot as it was after a line, and how it came to that: newest first, so many lines at most. `undefined`: it was not there yet. */
export async function storyOfLot(
  db: Kysely<Database>,
  wallet: WalletId,
  { seq, ordinal, most }: { readonly seq: number; readonly ordinal: bigint; readonly most: number },
): Promise<{ readonly lines: readonly LineOfLot[]; readonly isWhole: boolean } | undefined> {
  const { rows } = await sql<
    Omit<LineOfLot, "seq" | "left"> & { readonly seq: bigint; readonly left: Amount }
  >`
    with own as (select no from wallets where id = ${wallet}),
    moves as (
      select opened_by as seq, amount, cast(0 as bigint) as expired
      from lots where wallet_no = (select no from own) and ordinal = ${ordinal} and opened_by <= ${seq}
      union all
      select seq, remaining, expired
      from lot_moves where wallet_no = (select no from own) and lot_ordinal = ${ordinal} and seq <= ${seq}
    ),
    by_line as (
      select seq, cast(sum(amount) as bigint) as amount, cast(sum(expired) as bigint) as expired,
        cast(sum(sum(amount)) over (order by seq) as bigint) as "left"
      from moves group by seq
    )
    select line.seq, line.kind, entries.id as "entryId", events.id as "eventId", line.posted_at as "postedAt",
      by_line.amount, by_line.expired, by_line."left"
    from by_line
      join wallet_lines line on line.wallet_no = (select no from own) and line.seq = by_line.seq
      join entries on entries.no = line.entry_no
      left join events on events.no = line.event_no
    order by line.seq desc limit ${BigInt(most + 1)}
  `.execute(db);
  if (rows.length === 0) return undefined;
  const lines = rows.slice(0, most).map((row) => ({ ...row, seq: Number(row.seq) }));
  return { lines, isWhole: rows.length <= most };
}

/** The last line that was posted by then; a wallet without one has nothing. */
export async function statementEnd(
  db: Kysely<Database>,
  wallet: WalletId,
  at: Instant,
): Promise<StatementEnd> {
  const row = await db
    .selectFrom("wallet_lines")
    .select(["seq", "balance_after"])
    .where("wallet_no", "=", walletNumber(wallet))
    .where("posted_at", "<=", at)
    .orderBy("seq", "desc")
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? { seq: 0, balance: 0n } : { seq: Number(row.seq), balance: row.balance_after };
}

/** What holds reserved at a time. One that was due reserved nothing any more, however late the sweeper was. */
export async function heldAt(db: Kysely<Database>, wallet: WalletId, at: Instant): Promise<Amount> {
  const row = await db
    .selectFrom("holds")
    .select(sql<bigint>`cast(coalesce(sum(amount), 0) as bigint)`.as("held"))
    .where("wallet_no", "=", walletNumber(wallet))
    .where("created_at", "<=", at)
    .where("expires_at", ">", at)
    .where((eb) => eb.or([eb("closed_at", "is", null), eb("closed_at", ">", at)]))
    .executeTakeFirst();
  return BigInt(row?.held ?? 0n);
}

/** The balance after a line, by what made it. */
export async function changesUpTo(
  db: Kysely<Database>,
  wallet: WalletId,
  seq: number,
): Promise<KindOfChange[]> {
  const rows = await kindsOf(db, wallet).where("seq", "<=", BigInt(seq)).execute();
  return rows.map(changeOf);
}

function kindsOf(db: Kysely<Database>, wallet: WalletId) {
  return db
    .selectFrom("wallet_lines")
    .select(({ fn }) => [
      "kind",
      fn.countAll<bigint>().as("lines"),
      sql<bigint>`cast(sum(amount) as bigint)`.as("amount"),
    ])
    .where("wallet_no", "=", walletNumber(wallet))
    .groupBy("kind")
    .orderBy("kind");
}

/** The lots that had something left after a line, newest first: together they are the balance. */
export async function lotsThen(
  db: Kysely<Database>,
  wallet: WalletId,
  seq: number,
  page: PageRequest,
): Promise<Page<LotThen>> {
  const { rows, next } = pageOf(await lotRows(db, wallet, seq, page), page, ({ ordinal }) => String(ordinal));
  const openings = await entriesByNumber(
    db,
    rows.map(({ entry_no }) => entry_no),
  );
  const changes = await changesOfLots(db, wallet, { seq, ordinals: rows.map(({ ordinal }) => ordinal) });
  const lots = rows.map((row) => ({
    lot: lotThen(row, wallet),
    opening: openings.get(row.entry_no) as Entry,
    changes: changes.get(row.ordinal) ?? [],
  }));
  return { rows: lots, next };
}

interface LotRowThen extends LotRow {
  readonly charge_id: string | null;
  readonly entry_no: bigint;
  readonly remaining_then: bigint;
  readonly expired_then: bigint;
  readonly expires_then: bigint | null;
}

/** A lot that was given another time says when it was to expire before, on the first line afterwards that touched it. */
async function lotRows(
  db: Kysely<Database>,
  wallet: WalletId,
  seq: number,
  page: PageRequest,
): Promise<LotRowThen[]> {
  const before = page.after === null ? 2n ** 63n - 1n : ordinalOf(page.after);
  const { rows } = await sql<LotRowThen>`
    select lots.*, charges.id as charge_id, opening.entry_no,
      lots.amount + coalesce(moved.remaining, 0) as remaining_then,
      coalesce(moved.expired, 0) as expired_then,
      case when later.seq is null then lots.expires_at else later.expires_at end as expires_then
    from lots
      join wallet_lines opening on opening.wallet_no = lots.wallet_no and opening.seq = lots.opened_by
      left join charges on charges.no = lots.charge_no
      left join (
        select lot_ordinal,
          cast(sum(case when seq <= ${seq} then remaining else 0 end) as bigint) as remaining,
          cast(sum(case when seq <= ${seq} then expired else 0 end) as bigint) as expired,
          min(case when seq > ${seq} then seq end) as next_seq
        from lot_moves where wallet_no = ${walletNumber(wallet)} group by lot_ordinal
      ) moved on moved.lot_ordinal = lots.ordinal
      left join lot_moves later on later.wallet_no = lots.wallet_no
        and later.seq = moved.next_seq and later.lot_ordinal = lots.ordinal
    where lots.wallet_no = ${walletNumber(wallet)} and lots.opened_by <= ${seq} and lots.ordinal < ${before}
      and lots.amount + coalesce(moved.remaining, 0) > 0
    order by lots.ordinal desc
    limit ${page.limit + 1}
  `.execute(db);
  return rows;
}

async function changesOfLots(
  db: Kysely<Database>,
  wallet: WalletId,
  { seq, ordinals }: { readonly seq: number; readonly ordinals: readonly bigint[] },
): Promise<Map<bigint, KindOfChange[]>> {
  if (ordinals.length === 0) return new Map();
  const rows = await db
    .selectFrom("lot_moves")
    .innerJoin("wallet_lines as line", (join) =>
      join.onRef("line.wallet_no", "=", "lot_moves.wallet_no").onRef("line.seq", "=", "lot_moves.seq"),
    )
    .select(({ fn }) => [
      "lot_moves.lot_ordinal",
      "line.kind",
      fn.countAll<bigint>().as("lines"),
      sql<bigint>`cast(sum(lot_moves.remaining) as bigint)`.as("amount"),
    ])
    .where("lot_moves.wallet_no", "=", walletNumber(wallet))
    .where("lot_moves.seq", "<=", BigInt(seq))
    .where("lot_moves.lot_ordinal", "in", ordinals)
    .groupBy(["lot_moves.lot_ordinal", "line.kind"])
    .orderBy("line.kind")
    .execute();
  const grouped = Map.groupBy(rows, (row) => row.lot_ordinal);
  return new Map([...grouped].map(([ordinal, own]) => [ordinal, own.map(changeOf)]));
}

function changeOf({ kind, lines, amount }: { kind: string; lines: bigint; amount: bigint }): KindOfChange {
  return { kind: kind as WalletLineKind, lines: Number(lines), amount };
}

function lotThen(row: LotRowThen, walletId: WalletId): Lot {
  return {
    id: row.id as LotId,
    ordinal: Number(row.ordinal),
    walletId,
    openedBy: Number(row.opened_by),
    kind: row.kind as Lot["kind"],
    chargeId: row.charge_id as ChargeId | null,
    amount: row.amount,
    remaining: row.remaining_then,
    expired: row.expired_then,
    priority: Number(row.priority),
    expiresAt: row.expires_then,
  };
}
