import { type Kysely, sql } from "kysely";
import type { Entry, EntryKind, Posting } from "../../../domain/book/journal.ts";
import type { Amount } from "../../../domain/money.ts";
import type { Instant } from "../../../domain/time.ts";
import type { ClockName } from "../../engine/read/page.ts";
import type { Database } from "../../schema.ts";
import { entriesByNumber } from "./entries.ts";

/** An account in one currency. */
type AccountName = Pick<Posting, "account" | "currency">;

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

export interface RollWindow {
  readonly from: Instant;
  readonly to: Instant;
  readonly clock: ClockName;
}

/** What of wallets is rolled forward: what they owe their owners, what owners owe, and what was written off. */
export const walletParts = ["paid", "promo", "recovery", "write_off"] as const;
export type WalletPart = (typeof walletParts)[number];

/** Debit is +, as posted. */
export interface PartSum {
  readonly part: WalletPart;
  readonly currency: string;
  readonly amount: Amount;
}

const timeOf = (clock: ClockName) =>
  sql.ref(clock === "posted" ? "entries.posted_at" : "entries.effective_at");

const part = sql<WalletPart>`case
  when accounts.path = 'expenses:write_off' then 'write_off'
  when accounts.path like 'assets:%' then 'recovery'
  when accounts.path like '%:promo' then 'promo'
  else 'paid'
end`;

const ofWallets = sql<boolean>`(
  accounts.path = 'expenses:write_off'
  or (accounts.path >= 'assets:recovery:' and accounts.path < 'assets:recovery;')
  or (accounts.path >= 'liabilities:wallet:' and accounts.path < 'liabilities:wallet;')
)`;

/** What was posted in the window, by the kind of its entry. */
export async function walletMovements(
  db: Kysely<Database>,
  { from, to, clock }: RollWindow,
): Promise<(PartSum & { readonly kind: EntryKind })[]> {
  const time = timeOf(clock);
  const { rows } = await sql<PartSum & { kind: EntryKind }>`
    select ${part} as part, accounts.currency, entries.kind, cast(sum(postings.amount) as bigint) as amount
    from accounts
      join postings on postings.account_no = accounts.no
      join entries on entries.no = postings.entry_no
    where ${ofWallets} and ${time} >= ${from} and ${time} < ${to}
    group by 1, 2, 3
    order by 1, 2, 3
  `.execute(db);
  return rows;
}

/** What the accounts held before a moment. */
export async function walletBalances(
  db: Kysely<Database>,
  before: Instant,
  clock: ClockName,
): Promise<PartSum[]> {
  const { rows } = await sql<PartSum>`
    select ${part} as part, accounts.currency, cast(sum(postings.amount) as bigint) as amount
    from accounts
      join postings on postings.account_no = accounts.no
      join entries on entries.no = postings.entry_no
    where ${ofWallets} and ${timeOf(clock)} < ${before}
    group by 1, 2
    order by 1, 2
  `.execute(db);
  return rows;
}

/** Credit of customers, as positive amounts; debt makes what is held negative. */
interface CreditSums {
  readonly opening: Amount;
  /** What customers owned when the books began, in the month in which they do. */
  readonly opened: Amount;
  readonly issued: Amount;
  readonly applied: Amount;
  readonly closing: Amount;
}

/** What the next customers' accounts say, and by how many postings, where the provider's credit is on our books. */
export async function bookedCreditsAfter(
  db: Kysely<Database>,
  { from, to, clock }: RollWindow,
  after: AccountName | null,
  size: number,
): Promise<(AccountName & CreditSums & { readonly steps: bigint })[]> {
  const time = timeOf(clock);
  const next = after === null ? sql`true` : sql`(path, currency) > (${after.account}, ${after.currency})`;
  const total = (of: ReturnType<typeof sql>) => sql`cast(coalesce(sum(${of}), 0) as bigint)`;
  const within = sql`${time} >= ${from} and ${time} < ${to}`;
  // Of what moves without a charge, only what opens a customer's credit is posted to it.
  const opens = sql`entries.payout_no is not null`;
  const { rows } = await sql<AccountName & CreditSums & { steps: bigint }>`
    select page.path as account, page.currency,
      ${total(sql`case when ${time} < ${from} then -postings.amount else 0 end`)} as opening,
      ${total(sql`case when ${within} and ${opens} then -postings.amount else 0 end`)} as opened,
      ${total(sql`case when ${within} and not ${opens} and postings.amount < 0 then -postings.amount else 0 end`)} as issued,
      ${total(sql`case when ${within} and not ${opens} and postings.amount > 0 then postings.amount else 0 end`)} as applied,
      ${total(sql`case when ${time} < ${to} then -postings.amount else 0 end`)} as closing,
      cast(count(case when ${time} < ${to} then 1 end) as bigint) as steps
    from (
      select no, path, currency from accounts
      where path >= 'liabilities:customer_credit:' and path < 'liabilities:customer_credit;' and ${next}
      order by path, currency limit ${BigInt(size)}
    ) page
      left join postings on postings.account_no = page.no
      left join entries on entries.no = postings.entry_no
    group by page.path, page.currency
    order by page.path, page.currency
  `.execute(db);
  return rows;
}

export interface ToldCredit extends CreditSums {
  readonly provider: string;
  readonly account: string;
  readonly currency: string;
}

/**
 * Where no account of ours holds a provider's credit, what its documents say they gave and spent: by its clock the sums of
 * `creditOf` in the domain, of documents that do not state a customer's balance; by ours what became known of them.
 */
export async function toldCredits(
  db: Kysely<Database>,
  { from, to, clock }: RollWindow,
): Promise<ToldCredit[]> {
  const total = (what: "issued" | "applied", when: ReturnType<typeof sql>) =>
    sql`sum(case when ${when} then ${sql.ref(what)} else 0 end)`;
  const before = (moment: Instant) => sql`at < ${moment}`;
  const held = (moment: Instant) =>
    sql`cast(${total("issued", before(moment))} - ${total("applied", before(moment))} as bigint)`;
  const within = sql`at >= ${from} and at < ${to}`;
  const { rows } = await sql<ToldCredit>`
    select provider, account, currency,
      ${held(from)} as opening,
      cast(0 as bigint) as opened,
      cast(${total("issued", within)} as bigint) as issued,
      cast(${total("applied", within)} as bigint) as applied,
      ${held(to)} as closing
    from (${clock === "posted" ? memos : documents}) told
    where at < ${to}
    group by provider, account, currency
    order by provider, account, currency
  `.execute(db);
  return rows;
}

/** As they are, each at its own time. */
const documents = sql`
  select provider, account, currency, coalesce(credit_issued, 0) as issued, coalesce(credit_applied, 0) as applied,
    coalesce(settled_at, billed_at, status_changed_at) as at
  from charges
  where told_in_parts = 0 and merged_into_no is null and customer_ref is not null and status not in ('draft', 'void')
    and (coalesce(credit_issued, 0) <> 0 or coalesce(credit_applied, 0) <> 0)
  union all
  select charges.provider, charges.account, charges.currency,
    case movements.kind when 'credit' then movements.amount else -movements.amount end, 0, movements.occurred_at
  from movements join charges on charges.no = movements.charge_no
  where charges.told_in_parts = 0 and charges.merged_into_no is null and charges.customer_ref is not null
    and movements.effective = 1 and coalesce(movements.to_customer_balance, 1) = 1
    and movements.kind in ('credit', 'credit_reversal')
`;

/** As they became known. */
const memos = sql`
  select charges.provider, charges.account, charges.currency, credit_memos.issued, credit_memos.applied,
    credit_memos.posted_at as at
  from credit_memos join charges on charges.no = credit_memos.charge_no
  where charges.told_in_parts = 0
`;
