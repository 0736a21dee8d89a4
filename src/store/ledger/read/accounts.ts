import { type Kysely, sql } from "kysely";
import type { Posting } from "../../../domain/book/journal.ts";
import type { Instant } from "../../../domain/time.ts";
import {
  type ClockName,
  type Page,
  type PageRequest,
  pageOf,
  UnknownPosition,
} from "../../engine/read/page.ts";
import type { Database } from "../../schema.ts";
import { besideDays, daysMark, type Until, wholeDays } from "./account-days.ts";

export interface AccountFilter {
  /** This moment included; without it, all that is posted. */
  readonly at?: Instant | undefined;
  /** Of `at`: the provider's unless ours is named. */
  readonly clock?: ClockName | undefined;
  /** What its path begins with. */
  readonly prefix?: string | undefined;
  readonly currency?: string | undefined;
  /** The line of the trial balance that it is rolled up in. */
  readonly line?: string | undefined;
}

/**
 * The trial balance: what each account holds, by path and currency. Accounts never posted to by then are left out. To be read
 * from one moment of the database.
 */
export async function listAccounts(
  db: Kysely<Database>,
  filter: AccountFilter,
  page: PageRequest,
): Promise<Page<Posting>> {
  const { prefix, currency, line } = filter;
  const until = untilOf(filter);
  const after = page.after === null ? null : readName(page.after);
  const conditions = [
    ...(line === undefined ? [] : [sql`accounts.rolled_up = ${line}`]),
    ...(prefix === undefined ? [] : [beginsWith("accounts.path", prefix)]),
    ...(currency === undefined ? [] : [sql`accounts.currency = ${currency}`]),
    ...(after === null ? [] : [sql`(accounts.path, accounts.currency) > (${after.path}, ${after.currency})`]),
  ];
  const inDays = (what: "amount" | "postings") => sql`coalesce((
    select sum(${sql.ref(what)}) from account_days where account_no = accounts.no and ${wholeDays(until)}), 0)`;
  const { rows } = await sql<Posting>`
    with beside as materialized (
      select account_no, sum(amount) as amount, count(*) as postings
      from (${besideDays(until, await daysMark(db))}) one_by_one group by account_no
    )
    select path as account, currency, cast(amount as bigint) as amount from (
      select accounts.path, accounts.currency, ${inDays("amount")} + coalesce(beside.amount, 0) as amount,
        ${inDays("postings")} + coalesce(beside.postings, 0) as postings
      from accounts left join beside on beside.account_no = accounts.no
      where ${conditions.length === 0 ? sql`1 = 1` : sql.join(conditions, sql` and `)}
    ) held
    where postings > 0 order by path, currency limit ${BigInt(page.limit + 1)}
  `.execute(db);
  return pageOf(rows, page, nameOf);
}

/**
 * The same with one line for all accounts that stand for one object of a kind each: see `rolledUpPath`. There are so few
 * that all of them are read each time.
 */
export async function listRolledUp(
  db: Kysely<Database>,
  filter: AccountFilter,
  page: PageRequest,
): Promise<Page<Posting>> {
  const { prefix, currency } = filter;
  const until = untilOf(filter);
  const after = page.after === null ? null : readName(page.after);
  const conditions = [
    ...(prefix === undefined ? [] : [beginsWith("path", prefix)]),
    ...(currency === undefined ? [] : [sql`currency = ${currency}`]),
    ...(after === null ? [] : [sql`(path, currency) > (${after.path}, ${after.currency})`]),
  ];
  const { rows } = await sql<Posting>`
    select path as account, currency, cast(sum(amount) as bigint) as amount from (
      select path, currency, amount from rolled_up_days where ${wholeDays(until)}
      union all
      select accounts.rolled_up, accounts.currency, beside.amount
      from (${besideDays(until, await daysMark(db))}) beside join accounts on accounts.no = beside.account_no
    ) held
    where ${conditions.length === 0 ? sql`1 = 1` : sql.join(conditions, sql` and `)}
    group by path, currency order by path, currency limit ${BigInt(page.limit + 1)}
  `.execute(db);
  return pageOf(rows, page, nameOf);
}

function untilOf({ at, clock = "effective" }: AccountFilter): Until {
  return { clock, before: at === undefined ? undefined : at + 1n };
}

/** Paths are of characters that sort below the last one there is. */
function beginsWith(column: string, prefix: string) {
  const path = sql.ref(column);
  return sql<boolean>`(${path} >= ${prefix} and ${path} < ${`${prefix}\u{10ffff}`})`;
}

const nameOf = ({ account, currency }: Posting): string => `${currency} ${account}`;

function readName(name: string): { path: string; currency: string } {
  const [, currency, path] = /^(\S+) (.+)$/.exec(name) ?? [];
  if (currency === undefined || path === undefined) throw new UnknownPosition();
  return { path, currency };
}

/** The names of all accounts below these that anything was posted to: of those that stand for no object of a kind, which are few. */
export async function namesBelow(db: Kysely<Database>, heads: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ path: string }>`
    select distinct path from accounts
    where ${sql.join(
      heads.map((head) => sql`path >= ${head} and path < ${`${head};`}`),
      sql` or `,
    )} order by path limit 500
  `.execute(db);
  return rows.map(({ path }) => path);
}
