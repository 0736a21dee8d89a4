import { type Kysely, type RawBuilder, sql } from "kysely";
import type { Amount } from "../../../domain/money.ts";
import { dayOf, type Instant } from "../../../domain/time.ts";
import type { ClockName, NumberRange } from "../../engine/read/page.ts";
import type { Database } from "../../schema.ts";
import { dayOfTime } from "../account-days.ts";

/** What was posted before a moment of a clock; without one, all that was. */
export interface Until {
  readonly clock: ClockName;
  readonly before: Instant | undefined;
}

/**
 * Up to which entry days are summed up. It goes on from moment to moment: whatever is read beside it must be read from the
 * same moment of the database.
 */
export async function daysMark(db: Kysely<Database>): Promise<bigint> {
  const row = await db.selectFrom("account_days_mark").select("up_to").executeTakeFirst();
  return row?.up_to ?? 0n;
}

export const timeOf = (clock: ClockName) => sql.ref<bigint>(`entries.${clock}_at`);

/** Of a table of days: those that are wholly before the moment. */
export function wholeDays({ clock, before }: Until): RawBuilder<boolean> {
  const ofClock = sql<boolean>`clock = ${clock}`;
  return before === undefined ? ofClock : sql<boolean>`${ofClock} and day < ${dayOf(before)}`;
}

/**
 * What the days do not have, posting by posting: of the last day what comes before the moment, and what was posted since
 * they were summed up. As `account_no` and `amount`.
 */
export function besideDays({ clock, before }: Until, mark: bigint): RawBuilder<unknown> {
  const time = timeOf(clock);
  const postingsOf = (condition: RawBuilder<unknown>) => sql`
    select postings.account_no, postings.amount from entries cross join postings
    where postings.entry_no = entries.no and ${condition}`;
  const isLate = sql`entries.no > ${mark}`;
  if (before === undefined) return postingsOf(isLate);
  const late = postingsOf(sql`${isLate} and ${time} < ${before}`);
  const day = dayOf(before);
  if (day === before) return late;
  const ofLastDay = postingsOf(sql`${time} >= ${day} and ${time} < ${before} and entries.no <= ${mark}`);
  return sql`${late} union all ${ofLastDay}`;
}

/** What some accounts of one currency hold together, before a day begins. */
export async function heldBefore(
  db: Kysely<Database>,
  accounts: readonly bigint[],
  { clock, day }: { readonly clock: ClockName; readonly day: Instant },
  mark: bigint,
): Promise<Amount> {
  if (accounts.length === 0) return 0n;
  const numbers = sql.join(accounts);
  const { rows } = await sql<{ amount: Amount }>`
    select cast(coalesce(sum(amount), 0) as bigint) as amount from (
      select amount from account_days where account_no in (${numbers}) and clock = ${clock} and day < ${day}
      union all
      select postings.amount from postings cross join entries
      where entries.no = postings.entry_no and postings.account_no in (${numbers}) and postings.entry_no > ${mark}
        and ${timeOf(clock)} < ${day}
    ) held
  `.execute(db);
  return rows[0]?.amount ?? 0n;
}

/**
 * What accounts of these paths held before a moment, by currency and path; nothing of those that nothing was posted to by then. To
 * be read from one moment of the database.
 */
export async function heldByPath(
  db: Kysely<Database>,
  paths: readonly string[],
  until: Until,
): Promise<ReadonlyMap<string, Amount>> {
  if (paths.length === 0) return new Map();
  const named = await db
    .selectFrom("accounts")
    .select(["no", "path", "currency"])
    .where("path", "in", paths)
    .execute();
  if (named.length === 0) return new Map();
  const numbers = sql.join(named.map(({ no }) => no));
  const { rows } = await sql<{ no: bigint; amount: Amount }>`
    with beside as materialized (${besideDays(until, await daysMark(db))})
    select account_no as no, cast(sum(amount) as bigint) as amount from (
      select account_no, amount from account_days where account_no in (${numbers}) and ${wholeDays(until)}
      union all select account_no, amount from beside where account_no in (${numbers})
    ) held group by account_no
  `.execute(db);
  const held = new Map(rows.map(({ no, amount }) => [no, amount]));
  return new Map(named.map(({ no, path, currency }) => [`${currency} ${path}`, held.get(no) ?? 0n]));
}

/** A day of which something else is kept than its postings come to. */
export interface DifferingDay {
  readonly account: string;
  readonly clock: ClockName;
  readonly day: Instant;
}

/** Of some accounts: days that are not what the entries come to that were passed. */
export async function differingDays(
  db: Kysely<Database>,
  { after, upTo }: NumberRange,
): Promise<DifferingDay[]> {
  const mark = await daysMark(db);
  const derived = (clock: ClockName) => sql`
    select postings.account_no, ${sql.lit(clock)} as clock, ${dayOfTime(timeOf(clock))} as day, postings.amount, 1 as postings
    from postings cross join entries
    where entries.no = postings.entry_no and postings.entry_no <= ${mark}
      and postings.account_no > ${after} and postings.account_no <= ${upTo}`;
  const { rows } = await sql<DifferingDay>`
    select coalesce(accounts.path, cast(differing.account_no as text)) as account, differing.clock, differing.day from (
      select account_no, clock, day from (
        select account_no, clock, day, -amount as amount, -postings as postings
        from account_days where account_no > ${after} and account_no <= ${upTo}
        union all ${derived("effective")}
        union all ${derived("posted")}
      ) both_sides
      group by account_no, clock, day
      having sum(amount) <> 0 or sum(postings) <> 0
    ) differing left join accounts on accounts.no = differing.account_no
    order by account, differing.clock, differing.day
  `.execute(db);
  return rows;
}

/** A line of the trial balance as it is rolled up. */
export interface RolledUpLine {
  readonly path: string;
  readonly currency: string;
}

/** The next one by its name, also one that no account is part of; `null` at the end. */
export async function nextRolledUp(db: Kysely<Database>, after: RolledUpLine): Promise<RolledUpLine | null> {
  const next = (table: string, path: string, where: RawBuilder<unknown>) => sql`
    select * from (
      select ${sql.ref(path)} as path, currency from ${sql.table(table)}
      where ${where} and (${sql.ref(path)}, currency) > (${after.path}, ${after.currency})
      order by ${sql.ref(path)}, currency limit 1
    ) ${sql.ref(`of_${table}`)}`;
  const { rows } = await sql<RolledUpLine>`
    ${next("accounts", "rolled_up", sql`1 = 1`)}
    union ${next("rolled_up_days", "path", sql`clock = 'effective'`)}
    union ${next("rolled_up_days", "path", sql`clock = 'posted'`)}
    order by path, currency limit 1
  `.execute(db);
  return rows[0] ?? null;
}

/** Of one of them: days that are not the sum of its accounts' days. */
export async function differingRollUps(
  db: Kysely<Database>,
  { path, currency }: RolledUpLine,
): Promise<Omit<DifferingDay, "account">[]> {
  const { rows } = await sql<Omit<DifferingDay, "account">>`
    select clock, day from (
      select clock, day, -amount as amount, -postings as postings from rolled_up_days
      where clock in ('effective', 'posted') and path = ${path} and currency = ${currency}
      union all
      select account_days.clock, account_days.day, account_days.amount, account_days.postings
      from accounts cross join account_days
      where account_days.account_no = accounts.no and accounts.rolled_up = ${path} and accounts.currency = ${currency}
    ) both_sides
    group by clock, day
    having sum(amount) <> 0 or sum(postings) <> 0
    order by clock, day
  `.execute(db);
  return rows;
}
