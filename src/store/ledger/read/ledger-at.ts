import { type Kysely, sql } from "kysely";
import type { Entry, Posting } from "../../../domain/book/journal.ts";
import type { Instant } from "../../../domain/time.ts";
import type { ClockName } from "../../engine/read/page.ts";
import type { Database } from "../../schema.ts";
import { entriesByNumber } from "./entries.ts";

/** An account in one currency. */
export type AccountName = Pick<Posting, "account" | "currency">;

/** The next accounts in the order of their names, also those that nothing was posted to. */
export async function accountsAfter(
  db: Kysely<Database>,
  after: AccountName | null,
  size: number,
): Promise<AccountName[]> {
  let query = db
    .selectFrom("accounts")
    .select(["path as account", "currency"])
    .orderBy("path")
    .orderBy("currency")
    .limit(size);
  if (after !== null)
    query = query.where(sql<boolean>`(path, currency) > (${after.account}, ${after.currency})`);
  return query.execute();
}

/** The currencies that accounts are in. */
export async function ledgerCurrencies(db: Kysely<Database>): Promise<string[]> {
  const rows = await db.selectFrom("accounts").select("currency").distinct().orderBy("currency").execute();
  return rows.map(({ currency }) => currency);
}

/** What the next accounts held before a moment; those that were empty too. */
export async function balancesAfter(
  db: Kysely<Database>,
  { before, clock }: { readonly before: Instant; readonly clock: ClockName },
  after: AccountName | null,
  size: number,
): Promise<Posting[]> {
  const time = sql.ref(clock === "posted" ? "entries.posted_at" : "entries.effective_at");
  const next = after === null ? sql`true` : sql`(path, currency) > (${after.account}, ${after.currency})`;
  const { rows } = await sql<Posting>`
    select page.path as account, page.currency, (
      select cast(coalesce(sum(postings.amount), 0) as bigint)
      from postings join entries on entries.no = postings.entry_no
      where postings.account_no = page.no and ${time} < ${before}
    ) as amount
    from (
      select no, path, currency from accounts where ${next} order by path, currency limit ${BigInt(size)}
    ) page
    order by page.path, page.currency
  `.execute(db);
  return rows;
}

/** The next entries of a window on our clock, in the order of their numbers. */
export async function entriesAfter(
  db: Kysely<Database>,
  { from, to }: { readonly from: Instant; readonly to: Instant },
  after: bigint,
  size: number,
): Promise<{ readonly entries: readonly Entry[]; readonly last: bigint | null }> {
  const rows = await db
    .selectFrom("entries")
    .select("no")
    .where("no", ">", after)
    .where("posted_at", ">=", from)
    .where("posted_at", "<", to)
    .orderBy("no")
    .limit(size)
    .execute();
  const numbers = rows.map(({ no }) => no);
  const found = await entriesByNumber(db, numbers);
  return { entries: numbers.flatMap((no) => found.get(no) ?? []), last: numbers.at(-1) ?? null };
}
