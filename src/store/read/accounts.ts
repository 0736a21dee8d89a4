import { type Kysely, sql } from "kysely";
import type { Posting } from "../../domain/book/journal.ts";
import type { Database } from "../schema.ts";
import { type ClockName, type Page, type PageRequest, pageOf, UnknownPosition } from "./page.ts";

export interface AccountFilter {
  /** This moment included; without it, all that is posted. */
  readonly at?: bigint | undefined;
  /** Of `at`: the provider's unless ours is named. */
  readonly clock?: ClockName | undefined;
  /** What its path begins with. */
  readonly prefix?: string | undefined;
}

/** The trial balance: what each account holds, by path and currency. Accounts never posted to by then are left out. */
export async function listAccounts(
  db: Kysely<Database>,
  { at, clock = "effective", prefix }: AccountFilter,
  page: PageRequest,
): Promise<Page<Posting>> {
  const after = page.after === null ? null : readName(page.after);
  let query = db
    .selectFrom("accounts")
    .innerJoin("postings", "postings.account_no", "accounts.no")
    .select([
      "accounts.path as account",
      "accounts.currency",
      sql<bigint>`cast(sum(postings.amount) as bigint)`.as("amount"),
    ])
    .groupBy(["accounts.path", "accounts.currency"])
    .orderBy("accounts.path")
    .orderBy("accounts.currency")
    .limit(page.limit + 1);
  if (prefix !== undefined) query = query.where(beginsWith(prefix));
  if (after !== null)
    query = query.where(
      sql<boolean>`(accounts.path, accounts.currency) > (${after.path}, ${after.currency})`,
    );
  if (at !== undefined)
    query = query
      .innerJoin("entries", "entries.no", "postings.entry_no")
      .where(`entries.${clock}_at`, "<=", at);
  return pageOf(await query.execute(), page, ({ account, currency }) => `${currency} ${account}`);
}

/** Paths are of characters that sort below the last one there is. */
function beginsWith(prefix: string) {
  return sql<boolean>`(accounts.path >= ${prefix} and accounts.path < ${`${prefix}\u{10ffff}`})`;
}

function readName(name: string): { path: string; currency: string } {
  const [, currency, path] = /^(\S+) (.+)$/.exec(name) ?? [];
  if (currency === undefined || path === undefined) throw new UnknownPosition();
  return { path, currency };
}
