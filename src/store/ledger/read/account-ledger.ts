import { type Kysely, type RawBuilder, sql } from "kysely";
import type { Entry } from "../../../domain/book/journal.ts";
import type { Amount } from "../../../domain/money.ts";
import { dayOf, type Instant, nanosecondsPerDay } from "../../../domain/time.ts";
import {
  type ClockName,
  type Page,
  type PageRequest,
  pageAt,
  type TimeWindow,
  UnknownPosition,
} from "../../engine/read/page.ts";
import type { Database } from "../../schema.ts";
import { heldBefore, timeOf } from "./account-days.ts";
import { entriesByNumber, numberedEntry } from "./entries.ts";

/** An account in one currency, by its number. */
export interface NumberedAccount {
  readonly no: bigint;
  readonly path: string;
  readonly currency: string;
}

/** What an entry posted to an account, and what that held then, by the clock that the ledger goes by. */
export interface LedgerLine {
  readonly entry: Entry;
  readonly amount: Amount;
  readonly balance: Amount;
}

/** Every account of a path: one for each currency. */
export async function accountsOfPath(db: Kysely<Database>, path: string): Promise<NumberedAccount[]> {
  return db
    .selectFrom("accounts")
    .select(["no", "path", "currency"])
    .where("path", "=", path)
    .orderBy("currency")
    .execute();
}

export interface LedgerRequest extends TimeWindow {
  readonly clock: ClockName;
}

/** Accounts of so many postings are read from end to end: to put them in order costs less than to look where they are. */
const fewPostings = 2_000n;

/**
 * What was posted to an account, newest first by one clock, with what it held after each. To be read from one moment of the
 * database. It costs about as much as what was posted on the days that are shown, however much came before or after.
 */
export async function accountLedger(
  db: Kysely<Database>,
  account: NumberedAccount,
  request: LedgerRequest,
  page: PageRequest,
  few = fewPostings,
): Promise<Page<LedgerLine>> {
  const named = page.before ?? page.after;
  const entry = named === null ? null : await numberedEntry(db, named);
  if (entry === undefined) throw new UnknownPosition();
  const place = entry === null ? null : { at: entry[request.clock], no: entry.no };
  const stretch: Stretch = {
    ...request,
    account: account.no,
    place,
    isBack: (page.before ?? null) !== null,
    limit: page.limit + 1,
  };
  const { isShort, mark } = await extentOf(db, account.no, few);
  const { rows, ...around } = pageAt(
    isShort ? await readWhole(db, stretch) : await readStretch(db, stretch, mark),
    page,
    ({ no }) => String(no),
  );
  const entries = await entriesByNumber(
    db,
    rows.map(({ no }) => no),
  );
  const idOf = (no: string | null | undefined) => (no == null ? null : (entries.get(BigInt(no))?.id ?? null));
  const lines = rows.map(({ no, amount, balance }) => ({ entry: entries.get(no) as Entry, amount, balance }));
  return { rows: lines, next: idOf(around.next), previous: idOf(around.previous) };
}

interface Stretch extends LedgerRequest {
  readonly account: bigint;
  /** The line that it goes on from: into the past, or back. */
  readonly place: Place | null;
  readonly isBack: boolean;
  readonly limit: number;
}

interface Place {
  readonly at: Instant;
  readonly no: bigint;
}

interface Line extends Place {
  readonly amount: Amount;
  readonly balance: Amount;
}

/** Whether it has so few postings at most, and up to which entry days are summed up. */
async function extentOf(
  db: Kysely<Database>,
  account: bigint,
  few: bigint,
): Promise<{ readonly isShort: boolean; readonly mark: bigint }> {
  const { rows } = await sql<{ count: bigint; mark: bigint | null }>`
    select count(*) as count, (select up_to from account_days_mark) as mark
    from (select 1 from postings where account_no = ${account} limit ${few + 1n}) counted
  `.execute(db);
  const [{ count = 0n, mark = null } = {}] = rows;
  return { isShort: count <= few, mark: mark ?? 0n };
}

/** All of it is put in order, and summed up from its beginning. */
async function readWhole(db: Kysely<Database>, stretch: Stretch): Promise<Line[]> {
  const time = timeOf(stretch.clock);
  const { rows } = await sql<Line>`
    select at, no, amount, balance from (
      select ${time} as at, entries.no as no, postings.amount as amount,
        cast(sum(postings.amount) over (order by ${time}, entries.no) as bigint) as balance
      from postings cross join entries
      where entries.no = postings.entry_no and postings.account_no = ${stretch.account}
    ) line
    where ${within(stretch, { at: sql.ref("at"), no: sql.ref("no") })} ${inOrder(stretch, { at: sql.ref("at"), no: sql.ref("no") })}
  `.execute(db);
  return rows;
}

/** Days say where the next lines are, and what was held before the first of them. */
async function readStretch(db: Kysely<Database>, stretch: Stretch, mark: bigint): Promise<Line[]> {
  const { account, clock, isBack } = stretch;
  const reach = await reachOf(db, stretch, mark);
  if (reach === null) return [];
  const rows = await linesWithin(db, stretch, reach);
  const newestFirst = isBack ? rows.toReversed() : rows;
  const [newest] = newestFirst;
  if (newest === undefined) return [];
  let balance = await heldUntil(db, { account, clock, place: newest }, mark);
  const lines = newestFirst.map((row) => {
    const line = { ...row, balance };
    balance -= row.amount;
    return line;
  });
  return isBack ? lines.reverse() : lines;
}

type Reach = { readonly from: Instant; readonly upTo: Instant };

/** What follows a place is what is left of its moment, and then what lies beyond: each is a walk along an index. */
async function linesWithin(
  db: Kysely<Database>,
  { place, ...stretch }: Stretch,
  { from, upTo }: Reach,
): Promise<Omit<Line, "balance">[]> {
  const { account, clock, isBack, limit } = stretch;
  const columns = { at: timeOf(clock), no: sql.ref<bigint>("entries.no") };
  const beyond = sql.raw(isBack ? ">" : "<");
  const parts =
    place === null
      ? [sql`1 = 1`]
      : [
          sql`${columns.at} = ${place.at} and ${columns.no} ${beyond} ${place.no}`,
          sql`${columns.at} ${beyond} ${place.at}`,
        ];
  const walks = parts.map(
    (part, index) => sql`select * from (
      select ${columns.at} as at, entries.no as no, postings.amount as amount from entries cross join postings
      where postings.entry_no = entries.no and postings.account_no = ${account}
        and ${columns.at} >= ${from} and ${columns.at} <= ${upTo} and ${part}
        and ${within({ ...stretch, place: null }, columns)} ${inOrder(stretch, columns)}
    ) ${sql.ref(`walk${index}`)}`,
  );
  const { rows } = await sql<Omit<Line, "balance">>`
    ${sql.join(walks, sql` union all `)} ${sql.raw(`order by at ${isBack ? "asc" : "desc"}, no ${isBack ? "asc" : "desc"}`)}
    limit ${BigInt(limit)}
  `.execute(db);
  return rows;
}

/** What an account held once a line was posted, that one included: what it held at the end of that day less what came after. */
async function heldUntil(
  db: Kysely<Database>,
  { account, clock, place: { at, no } }: { account: bigint; clock: ClockName; place: Place },
  mark: bigint,
): Promise<Amount> {
  const [time, day] = [timeOf(clock), dayOf(at) + nanosecondsPerDay];
  const after = (condition: RawBuilder<unknown>) => sql`
    select postings.amount from entries cross join postings
    where postings.entry_no = entries.no and postings.account_no = ${account} and ${condition}`;
  const summing = sql<{ amount: Amount }>`
    select cast(coalesce(sum(amount), 0) as bigint) as amount from (
      ${after(sql`${time} > ${at} and ${time} < ${day}`)}
      union all ${after(sql`${time} = ${at} and entries.no > ${no} and postings.entry_no > ${no}`)}
    ) later
  `.execute(db);
  const [held, { rows }] = await Promise.all([heldBefore(db, [account], { clock, day }, mark), summing]);
  return held - (rows[0]?.amount ?? 0n);
}

/** Between which moments enough lines lie to fill the page, or all that there are; `null`: there are none. */
async function reachOf(
  db: Kysely<Database>,
  { account, clock, from, to, place, isBack, limit }: Stretch,
  mark: bigint,
): Promise<Reach | null> {
  const start = isBack
    ? (place?.at ?? from ?? earliest)
    : (place?.at ?? (to === undefined ? latest : to - 1n));
  const startDay = start === latest || start === earliest ? start : dayOf(start);
  const [compare, order] = isBack ? [sql`>=`, sql`asc`] : [sql`<=`, sql`desc`];
  const days = sql<{ day: Instant; postings: bigint }>`
    select day, postings from account_days
    where account_no = ${account} and clock = ${clock} and day ${compare} ${startDay}
    order by day ${order} limit ${BigInt(limit + 1)}
  `.execute(db);
  const [late, { rows }] = await Promise.all([lateOf(db, { account, clock }, mark), days]);
  let seen = 0n;
  // Of the day on which it begins, some lines lie on the other side.
  const enough = rows.find(({ day, postings }) => {
    if (day !== startDay) seen += postings;
    return seen >= BigInt(limit);
  });
  const all = [...rows.map(({ day }) => day), ...(late === null ? [] : [late.first, late.last])];
  if (all.length === 0) return null;
  const far = enough?.day ?? (isBack ? all.reduce(greater) : all.reduce(lesser));
  return isBack
    ? { from: start, upTo: dayOf(far) + nanosecondsPerDay }
    : { from: lesser(far, start), upTo: start };
}

const [earliest, latest] = [-(2n ** 63n), 2n ** 63n - 1n];
const greater = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const lesser = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** The first and the last moment of what was posted to an account since days were summed up. */
async function lateOf(
  db: Kysely<Database>,
  { account, clock }: { readonly account: bigint; readonly clock: ClockName },
  mark: bigint,
): Promise<{ readonly first: Instant; readonly last: Instant } | null> {
  const time = timeOf(clock);
  const { rows } = await sql<{ first: Instant | null; last: Instant | null }>`
    select min(${time}) as first, max(${time}) as last from postings cross join entries
    where entries.no = postings.entry_no and postings.account_no = ${account} and postings.entry_no > ${mark}
  `.execute(db);
  const [{ first = null, last = null } = {}] = rows;
  return first === null || last === null ? null : { first, last };
}

interface Columns {
  readonly at: RawBuilder<unknown>;
  readonly no: RawBuilder<unknown>;
}

function within(
  { from, to, place, isBack }: Pick<Stretch, "from" | "to" | "place" | "isBack">,
  { at, no }: Columns,
): RawBuilder<boolean> {
  const conditions = [
    ...(from === undefined ? [] : [sql`${at} >= ${from}`]),
    ...(to === undefined ? [] : [sql`${at} < ${to}`]),
    ...(place === null
      ? []
      : isBack
        ? [sql`${at} >= ${place.at} and (${at} > ${place.at} or ${no} > ${place.no})`]
        : [sql`${at} <= ${place.at} and (${at} < ${place.at} or ${no} < ${place.no})`]),
  ];
  return conditions.length === 0 ? sql<boolean>`1 = 1` : sql<boolean>`${sql.join(conditions, sql` and `)}`;
}

function inOrder(
  { isBack, limit }: Pick<Stretch, "isBack" | "limit">,
  { at, no }: Columns,
): RawBuilder<unknown> {
  const order = isBack ? sql`asc` : sql`desc`;
  return sql`order by ${at} ${order}, ${no} ${order} limit ${BigInt(limit)}`;
}
