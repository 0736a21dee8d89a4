import { type ExpressionBuilder, type Kysely, type RawBuilder, sql } from "kysely";
import { accounts } from "../../../domain/book/accounts.ts";
import type { HoldId, UsageId, WalletId } from "../../../domain/ids.ts";
import type { Amount } from "../../../domain/money.ts";
import { settledHold } from "../../../domain/spending/usage.ts";
import type { Instant } from "../../../domain/time.ts";
import type { Lot } from "../../../domain/wallet/wallet.ts";
import {
  type ClockName,
  ordinalOf,
  ordinalPosition,
  type Page,
  type PageRequest,
  pageAt,
  positionIn,
  type TimeWindow,
  UnknownPosition,
} from "../../engine/read/page.ts";
import { heldByPath } from "../../ledger/read/account-days.ts";
import type { Database } from "../../schema.ts";
import {
  lotNoun,
  mostUsageOfLine,
  type StatementLine,
  type WalletTotals,
  walletLineNoun,
} from "../nouns/wallet.ts";
import { hasRequested } from "../usage.ts";
import { totalsOf } from "../wallets.ts";

/** The path of an account of the wallet at hand, in SQL. */
export function walletAccount(name: "walletPaid" | "walletPromo" | "recovery") {
  const [head, tail] = accounts[name]("\0" as WalletId).split("\0");
  return sql`${head} || wallets.id || ${tail}`;
}

interface WalletFilter {
  readonly owner?: string | undefined;
  readonly currency?: string | undefined;
}

/** Newest first. */
export async function listWallets(
  db: Kysely<Database>,
  filter: WalletFilter,
  page: PageRequest,
): Promise<Page<WalletTotals>> {
  const at = await positionIn(db, "wallets", page);
  const conditions = (eb: ExpressionBuilder<Database, "wallets">) => [
    ...(filter.owner === undefined ? [] : [eb("owner", "=", filter.owner)]),
    ...(filter.currency === undefined ? [] : [eb("currency", "=", filter.currency)]),
  ];
  const rows = await db
    .selectFrom("wallets")
    .selectAll()
    .where("no", at.compare, at.no)
    .where((eb) => eb.and(conditions(eb)))
    .orderBy("no", at.order)
    .limit(page.limit + 1)
    .execute();
  return pageAt(rows.map(totalsOf), page, ({ id }) => id);
}

export interface OwnedWallet {
  readonly id: WalletId;
  readonly currency: string;
}

export async function walletsOfOwner(db: Kysely<Database>, owner: string): Promise<OwnedWallet[]> {
  const rows = await db
    .selectFrom("wallets")
    .select(["id", "currency"])
    .where("owner", "=", owner)
    .orderBy("currency")
    .execute();
  return rows.map(({ id, currency }) => ({ id: id as WalletId, currency }));
}

export async function walletById(db: Kysely<Database>, id: WalletId): Promise<WalletTotals | undefined> {
  const row = await db.selectFrom("wallets").selectAll().where("id", "=", id).executeTakeFirst();
  return row === undefined ? undefined : totalsOf(row);
}

/** Which lines of a statement. */
interface StatementWindow extends TimeWindow {
  /** Of the window. */
  readonly clock: ClockName;
}

/** A wallet's statement as it was booked, newest first. */
export async function listStatementLines(
  db: Kysely<Database>,
  wallet: WalletId,
  { from, to, clock }: StatementWindow,
  page: PageRequest,
): Promise<Page<StatementLine>> {
  const at = ordinalPosition(page);
  const time = `wallet_lines.${clock}_at` as const;
  let query = lineRows(db, wallet)
    .where("wallet_lines.seq", at.compare, at.no)
    .orderBy("wallet_lines.seq", at.order)
    .limit(page.limit + 1);
  if (from !== undefined) query = query.where(time, ">=", from);
  if (to !== undefined) query = query.where(time, "<", to);
  return pageAt(await linesOf(db, wallet, await query.execute()), page, ({ seq }) => String(seq));
}

/** The same in the order of the provider's clock, each line with the balance that the wallet had by it. */
export async function statementByTime(
  db: Kysely<Database>,
  wallet: WalletId,
  { from, to }: TimeWindow,
  page: PageRequest,
): Promise<Page<StatementLine>> {
  const named = page.before ?? page.after;
  const isBack = (page.before ?? null) !== null;
  const own = sql`wallet_no = ${walletNumber(wallet)}`;
  const seq = named === null ? null : ordinalOf(named);
  const { rows: places } = await sql<{ at: bigint }>`
    select effective_at as at from wallet_lines where ${own} and seq = ${seq}
  `.execute(db);
  if (seq !== null && places.length === 0) throw new UnknownPosition();
  const beyond = places.map(({ at }) =>
    isBack ? sql`(effective_at, seq) > (${at}, ${seq})` : sql`(effective_at, seq) < (${at}, ${seq})`,
  );
  const within = [
    ...(from === undefined ? [] : [sql`effective_at >= ${from}`]),
    ...(to === undefined ? [] : [sql`effective_at < ${to}`]),
  ];
  const order = sql.raw(isBack ? "asc" : "desc");
  const { rows } = await sql<{ seq: bigint; balance: bigint }>`
    select seq, balance from (
      select seq, effective_at, cast(sum(amount) over (order by effective_at, seq) as bigint) as balance
      from wallet_lines where ${own}
    ) line
    where ${sql.join([sql`1 = 1`, ...within, ...beyond], sql` and `)}
    order by effective_at ${order}, seq ${order} limit ${BigInt(page.limit + 1)}
  `.execute(db);
  const { rows: shown, ...around } = pageAt(rows, page, (row) => String(row.seq));
  const numbers = shown.map((row) => row.seq);
  const found =
    numbers.length === 0 ? [] : await lineRows(db, wallet).where("wallet_lines.seq", "in", numbers).execute();
  const lines = new Map((await linesOf(db, wallet, found)).map((line) => [BigInt(line.seq), line]));
  return {
    rows: shown.map((row) => ({ ...(lines.get(row.seq) as StatementLine), balanceAfter: row.balance })),
    ...around,
  };
}

export async function findStatementLine(
  db: Kysely<Database>,
  wallet: WalletId,
  seq: string,
): Promise<StatementLine | undefined> {
  const rows = await lineRows(db, wallet).where("wallet_lines.seq", "=", ordinalOf(seq)).execute();
  return (await linesOf(db, wallet, rows))[0];
}

function lineRows(db: Kysely<Database>, wallet: WalletId) {
  return db
    .selectFrom("wallet_lines")
    .innerJoin("entries", "entries.no", "wallet_lines.entry_no")
    .leftJoin("charges", "charges.no", "wallet_lines.charge_no")
    .leftJoin("events", "events.no", "wallet_lines.event_no")
    .selectAll("wallet_lines")
    .select(["entries.id as entry_id", "charges.id as charge_id", "events.id as event_id"])
    .where("wallet_lines.wallet_no", "=", walletNumber(wallet));
}

/**
 * As a number that is looked up first: of a wallet that is joined PostgreSQL does not know that it is one, and would put all of its
 * lines in order for a page of them.
 */
export function walletNumber(wallet: WalletId): RawBuilder<bigint> {
  return sql<bigint>`(select no from wallets where id = ${wallet})`;
}

async function linesOf(
  db: Kysely<Database>,
  wallet: WalletId,
  rows: Awaited<ReturnType<ReturnType<typeof lineRows>["execute"]>>,
): Promise<StatementLine[]> {
  const usage = await usageOfLines(db, rows);
  return rows.map((row) => walletLineNoun.nounOf(row, { walletId: wallet, ...namesOf(usage.get(row.seq)) }));
}

/** The usage behind lines of one wallet, by the line's number: of a line that many share the first ones. */
async function usageOfLines(
  db: Kysely<Database>,
  lines: readonly { readonly wallet_no: bigint; readonly seq: bigint; readonly kind: string }[],
): Promise<Map<bigint, UsageId[]>> {
  const found = new Map<bigint, UsageId[]>();
  for (const kind of ["usage", "usage_reversal"] as const) {
    const own = lines.filter((line) => line.kind === kind);
    const [first] = own;
    if (first === undefined) continue;
    const seqs = sql.join(own.map(({ seq }) => seq));
    const [line, isOfLine] =
      kind === "usage"
        ? [
            sql<bigint>`tallies.seq`,
            sql<boolean>`tallies.wallet_no = ${first.wallet_no} and tallies.seq in (${seqs}) and ${hasRequested}`,
          ]
        : [
            sql<bigint>`usage.reversed_seq`,
            sql<boolean>`usage.reversed_wallet_no = ${first.wallet_no} and usage.reversed_seq in (${seqs})`,
          ];
    const placed = db
      .selectFrom("usage")
      .innerJoin("tallies", "tallies.no", "usage.tally_no")
      .select([line.as("line"), "usage.id"])
      .select(sql<bigint>`row_number() over (partition by ${line} order by usage.no)`.as("place"))
      .where(isOfLine);
    const rows = await db
      .selectFrom(placed.as("placed"))
      .select(["line", "id"])
      .where("place", "<=", BigInt(mostUsageOfLine))
      .orderBy("line")
      .orderBy("place")
      .execute();
    for (const { line, id } of rows)
      if (line !== null) found.set(line, [...(found.get(line) ?? []), id as UsageId]);
  }
  return found;
}

function namesOf(
  usageIds: readonly UsageId[] = [],
): Required<Pick<StatementLine, "usageId" | "usageIds" | "holdId">> {
  const [usageId, ...others] = usageIds;
  if (usageId === undefined || others.length > 0) return { usageId: null, usageIds, holdId: null };
  return { usageId, usageIds, holdId: settledHold({ id: usageId }) };
}

/** A wallet's lots, newest first, also those with nothing left. */
export async function listLots(
  db: Kysely<Database>,
  wallet: WalletId,
  page: PageRequest,
): Promise<Page<Lot>> {
  const at = ordinalPosition(page);
  const query = db
    .selectFrom("lots")
    .leftJoin("charges", "charges.no", "lots.charge_no")
    .selectAll("lots")
    .select("charges.id as charge_id")
    .where("lots.wallet_no", "=", walletNumber(wallet))
    .where("lots.ordinal", at.compare, at.no)
    .orderBy("lots.ordinal", at.order)
    .limit(page.limit + 1);
  const lots = (await query.execute()).map((row) => lotNoun.nounOf(row, { walletId: wallet }));
  return pageAt(lots, page, ({ ordinal }) => String(ordinal));
}

/** Lots with something left, so many at most, in the order in which they are spent. */
export async function lotsToSpend(db: Kysely<Database>, wallet: WalletId, limit: number): Promise<Lot[]> {
  const rows = await db
    .selectFrom("lots")
    .leftJoin("charges", "charges.no", "lots.charge_no")
    .selectAll("lots")
    .select("charges.id as charge_id")
    .where("lots.wallet_no", "=", walletNumber(wallet))
    .where("lots.remaining", ">", sql.lit(0n))
    .orderBy("lots.priority")
    .orderBy(sql`case when lots.expires_at is null then 1 else 0 end`)
    .orderBy("lots.expires_at")
    .orderBy("lots.ordinal")
    .limit(limit)
    .execute();
  return rows.map((row) => lotNoun.nounOf(row, { walletId: wallet }));
}

/** What a wallet had before a moment, by its postings. What was held or pending then is not kept. */
export interface WalletAt {
  readonly id: WalletId;
  readonly owner: string;
  readonly currency: string;
  readonly paid: Amount;
  readonly promo: Amount;
  readonly recovery: Amount;
  /** Its last statement line by then; 0 if it had none. */
  readonly seq: number;
}

interface Asked extends WalletFilter {
  readonly from?: bigint | undefined;
  readonly to: bigint;
  readonly clock: ClockName;
}

/** Newest first; with `from`, those that changed in the window alone. To be read from one moment of the database. */
export async function listWalletsAt(
  db: Kysely<Database>,
  { from, to, clock, owner, currency }: Asked,
  page: PageRequest,
): Promise<Page<WalletAt>> {
  const time = sql.ref(clock === "posted" ? "posted_at" : "effective_at");
  const changed =
    from === undefined
      ? sql`true`
      : sql`exists (
          select 1 from wallet_lines where wallet_no = wallets.no and ${time} >= ${from} and ${time} < ${to}
        )`;
  const filters = [
    ...(owner === undefined ? [] : [sql`owner = ${owner}`]),
    ...(currency === undefined ? [] : [sql`currency = ${currency}`]),
  ];
  const at = await positionIn(db, "wallets", page);
  const { rows } = await sql<Named>`
    select id, owner, currency,
      (select coalesce(max(seq), 0) from wallet_lines where wallet_no = wallets.no and ${time} < ${to}) as seq
    from wallets
    where no ${sql.raw(at.compare)} ${at.no} and ${sql.join([changed, ...filters], sql` and `)}
    order by no ${sql.raw(at.order)}
    limit ${BigInt(page.limit + 1)}
  `.execute(db);
  const held = await heldByPath(
    db,
    rows.flatMap(({ id }) => accountNames.map((name) => accounts[name](id))),
    { clock, before: to },
  );
  return pageAt(
    rows.map(({ seq, ...wallet }) => {
      const of = (name: (typeof accountNames)[number]) =>
        held.get(`${wallet.currency} ${accounts[name](wallet.id)}`) ?? 0n;
      const [paid, promo, recovery] = [-of("walletPaid"), -of("walletPromo"), of("recovery")];
      return { ...wallet, paid, promo, recovery, seq: Number(seq) };
    }),
    page,
    ({ id }) => id,
  );
}

interface Named extends Pick<WalletAt, "id" | "owner" | "currency"> {
  readonly seq: bigint;
}

const accountNames = ["walletPaid", "walletPromo", "recovery"] as const;

/** A wallet in which something has to expire now: open holds, lots, or both. */
export interface DueWallet {
  readonly id: WalletId;
  readonly holds: readonly HoldId[];
}

/** The next wallets that have something due, those that are due the longest first; at most `limit` holds and as many lots. */
export async function dueWallets(
  db: Kysely<Database>,
  { now, limit }: { readonly now: Instant; readonly limit: number },
): Promise<DueWallet[]> {
  const holds = await db
    .selectFrom("holds")
    .innerJoin("wallets", "wallets.no", "holds.wallet_no")
    .select(["holds.id", "wallets.id as wallet_id"])
    .where(sql<boolean>`holds.status = 'open'`)
    .where("holds.expires_at", "<=", now)
    .orderBy("holds.expires_at")
    .limit(limit)
    .execute();
  // Where all is held, what is due expires once a hold closes: until then the wallet would come up every time.
  const wallets = await db
    .selectFrom("wallets")
    .select("id")
    .where("next_expiry_at", "is not", null)
    .where("next_expiry_at", "<=", now)
    .whereRef("balance", ">", "held")
    .orderBy("next_expiry_at")
    .limit(limit)
    .execute();
  const byWallet = Map.groupBy(holds, (hold) => hold.wallet_id);
  const ids = new Set([...byWallet.keys(), ...wallets.map(({ id }) => id)]);
  return [...ids].map((id) => ({
    id: id as WalletId,
    holds: (byWallet.get(id) ?? []).map((hold) => hold.id as HoldId),
  }));
}
