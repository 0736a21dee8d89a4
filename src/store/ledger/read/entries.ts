import {
  type Expression,
  type ExpressionBuilder,
  type Kysely,
  type Selectable,
  type SqlBool,
  sql,
} from "kysely";
import type { Entry, Posting } from "../../../domain/book/journal.ts";
import type { ChargeId } from "../../../domain/ids.ts";
import { backKinds, outKinds } from "../../../domain/wallet/wallet-steps.ts";
import {
  type ClockName,
  endOfList,
  type Page,
  type PageRequest,
  type Position,
  pageAt,
  positionAt,
  type TimeWindow,
  UnknownPosition,
} from "../../engine/read/page.ts";
import type { Database } from "../../schema.ts";
import { entryNoun } from "../nouns/entry.ts";

interface NumberedEntry {
  readonly no: bigint;
  readonly effective: bigint;
  readonly posted: bigint;
}

/** An entry by its id, which says what it is of and how many of it came before: no index has the ids themselves. */
export async function numberedEntry(db: Kysely<Database>, id: string): Promise<NumberedEntry | undefined> {
  const [, subject = "", ordinal = "0"] = /^(.+)\.(\d{1,9})$/.exec(id) ?? [];
  const { rows } = await sql<NumberedEntry>`
    select entries.no, effective_at as effective, posted_at as posted
    from entries where entries.no in (${numberOf(subject, BigInt(ordinal), id)}) and entries.id = ${id}
  `.execute(db);
  return rows[0];
}

function numberOf(subject: string, ordinal: bigint, id: string) {
  if (subject.startsWith("chg_"))
    return sql`select no from entries where charge_no = (select no from charges where id = ${subject})
      and coalesce(wallet_no, 0) = 0 and ordinal = ${ordinal}`;
  if (subject.startsWith("pay_"))
    return sql`select no from entries where payout_no = (select no from payouts where id = ${subject}) and ordinal = ${ordinal}`;
  if (subject.startsWith("wal_"))
    return sql`select entry_no from wallet_lines
      where wallet_no = (select no from wallets where id = ${subject}) and seq = ${ordinal}`;
  return sql`select no from entries where id = ${id} and event_no is null`;
}

/** Where a page of entries begins. @throws UnknownPosition */
async function entryPosition(db: Kysely<Database>, page: PageRequest): Promise<Position> {
  const named = page.before ?? page.after;
  if (named === null) return positionAt(page, endOfList);
  const entry = await numberedEntry(db, named);
  if (entry === undefined) throw new UnknownPosition();
  return positionAt(page, entry.no);
}

const list = (kinds: readonly string[]) => sql.join(kinds.map((kind) => sql.lit(kind)));

/** The kinds of lines by which charges take value back and give it back, as a list in SQL. */
export const taking = list(outKinds);
export const returning = list(backKinds);

interface EntryFilter extends TimeWindow {
  /** An account, or what its sub-accounts' paths begin with. */
  readonly account?: string | undefined;
  readonly chargeId?: string | undefined;
  readonly walletId?: string | undefined;
  /** Of the window: effective by default. */
  readonly clock?: ClockName | undefined;
}

/** Newest first. */
export async function listEntries(
  db: Kysely<Database>,
  filter: EntryFilter,
  page: PageRequest,
): Promise<Page<Entry>> {
  const at = await entryPosition(db, page);
  const rows = await entriesWithNames(db)
    .where("entries.no", at.compare, at.no)
    .where((eb) => eb.and(conditions(eb, filter)))
    .orderBy("entries.no", at.order)
    .limit(page.limit + 1)
    .execute();
  const { rows: shown, ...around } = pageAt(rows, page, ({ id }) => id);
  return { rows: await withPostings(db, shown), ...around };
}

export async function findEntry(db: Kysely<Database>, id: string): Promise<Entry | undefined> {
  const numbered = await numberedEntry(db, id);
  return numbered === undefined ? undefined : (await entriesByNumber(db, [numbered.no])).get(numbered.no);
}

/** Entries by their ids. */
export interface Undoing {
  readonly undoneBy: string | null;
  readonly undoes: string | null;
}

/** Of what a person booked on a wallet: the entry that undid it, and the one that it undid. */
export async function undoingOf(db: Kysely<Database>, { walletId, ordinal }: Entry): Promise<Undoing> {
  if (walletId === null) return { undoneBy: null, undoes: null };
  const lineOf = () =>
    db
      .selectFrom("wallet_lines")
      .innerJoin("entries", "entries.no", "wallet_lines.entry_no")
      .where("wallet_lines.wallet_no", "=", (from) =>
        from.selectFrom("wallets").select("no").where("id", "=", walletId),
      )
      .select(["entries.id", "wallet_lines.reverses"]);
  const own = await lineOf().where("seq", "=", BigInt(ordinal)).executeTakeFirst();
  const after = await lineOf().where("reverses", "=", BigInt(ordinal)).executeTakeFirst();
  const before =
    own?.reverses == null ? undefined : await lineOf().where("seq", "=", own.reverses).executeTakeFirst();
  return { undoneBy: after?.id ?? null, undoes: before?.id ?? null };
}

/** Every entry of a charge, oldest first. */
export async function entriesOfCharge(db: Kysely<Database>, charge: ChargeId): Promise<Entry[]> {
  const own = db.selectFrom("charges").select("no").where("id", "=", charge);
  return (await wholeEntries(db, (eb) => eb("entries.charge_no", "=", own))).map(({ entry }) => entry);
}

/** Entries by their internal numbers. */
export async function entriesByNumber(
  db: Kysely<Database>,
  numbers: readonly bigint[],
): Promise<ReadonlyMap<bigint, Entry>> {
  if (numbers.length === 0) return new Map();
  const found = await wholeEntries(db, (eb) => eb("entries.no", "in", numbers));
  return new Map(found.map(({ no, entry }) => [no, entry]));
}

/** With their postings, which are few, in one query; oldest first. */
async function wholeEntries(
  db: Kysely<Database>,
  which: (eb: ExpressionBuilder<Database, "entries">) => Expression<SqlBool>,
): Promise<{ readonly no: bigint; readonly entry: Entry }[]> {
  const rows = await entriesWithNames(db)
    .leftJoin("postings", "postings.entry_no", "entries.no")
    .leftJoin("accounts", "accounts.no", "postings.account_no")
    .select(["accounts.path", "accounts.currency", "postings.amount"])
    .where((eb) => which(eb as unknown as ExpressionBuilder<Database, "entries">))
    .orderBy("entries.no")
    .orderBy("accounts.currency")
    .orderBy("accounts.path")
    .execute();
  return [...Map.groupBy(rows, ({ no }) => no)].map(([no, own]) => ({
    no,
    entry: entryNoun.nounOf(own[0] as NamedEntry, {
      postings: own.flatMap(({ path, currency, amount }) =>
        path === null || currency === null || amount === null ? [] : { account: path, currency, amount },
      ),
    }),
  }));
}

function entriesWithNames(db: Kysely<Database>) {
  return db
    .selectFrom("entries")
    .leftJoin("charges", "charges.no", "entries.charge_no")
    .leftJoin("wallets", "wallets.no", "entries.wallet_no")
    .leftJoin("payouts", "payouts.no", "entries.payout_no")
    .leftJoin("events", "events.no", "entries.event_no")
    .selectAll("entries")
    .select([
      "charges.id as charge_id",
      "wallets.id as wallet_id",
      "payouts.id as payout_id",
      "events.id as event_id",
    ]);
}

type NamedEntry = Selectable<Database["entries"]> & {
  readonly charge_id: string | null;
  readonly wallet_id: string | null;
  readonly payout_id: string | null;
  readonly event_id: string | null;
};

type Joined = ExpressionBuilder<
  Pick<Database, "entries" | "charges" | "wallets" | "postings" | "accounts">,
  "entries" | "charges" | "wallets"
>;

function conditions(context: object, filter: EntryFilter) {
  const eb = context as Joined;
  const time = filter.clock === "posted" ? "entries.posted_at" : "entries.effective_at";
  return [
    ...(filter.chargeId === undefined ? [] : [eb("charges.id", "=", filter.chargeId)]),
    ...(filter.walletId === undefined ? [] : [eb("wallets.id", "=", filter.walletId)]),
    ...(filter.account === undefined ? [] : [postsTo(eb, filter.account)]),
    ...(filter.from === undefined ? [] : [eb(time, ">=", filter.from)]),
    ...(filter.to === undefined ? [] : [eb(time, "<", filter.to)]),
  ];
}

function postsTo(eb: Joined, account: string) {
  return eb.exists(
    eb
      .selectFrom("postings")
      .innerJoin("accounts", "accounts.no", "postings.account_no")
      .select(sql`1`.as("one"))
      .whereRef("postings.entry_no", "=", "entries.no")
      .where(isOrIsBelow(account)),
  );
}

/** The account itself or one below it: `;` is the character that follows `:`. */
function isOrIsBelow(account: string) {
  return sql<boolean>`(accounts.path = ${account}
    or (accounts.path >= ${`${account}:`} and accounts.path < ${`${account};`}))`;
}

async function withPostings(db: Kysely<Database>, rows: readonly NamedEntry[]): Promise<Entry[]> {
  const postings = await postingsOf(
    db,
    rows.map(({ no }) => no),
  );
  return rows.map((row) => entryNoun.nounOf(row, { postings: postings.get(row.no) ?? [] }));
}

async function postingsOf(
  db: Kysely<Database>,
  entries: readonly bigint[],
): Promise<ReadonlyMap<bigint, Posting[]>> {
  if (entries.length === 0) return new Map();
  const rows = await db
    .selectFrom("postings")
    .innerJoin("accounts", "accounts.no", "postings.account_no")
    .select(["postings.entry_no", "accounts.path", "accounts.currency", "postings.amount"])
    .where("postings.entry_no", "in", entries)
    .orderBy("accounts.currency")
    .orderBy("accounts.path")
    .execute();
  const posting = ({ path, currency, amount }: (typeof rows)[number]): Posting => ({
    account: path,
    currency,
    amount,
  });
  const grouped = Map.groupBy(rows, ({ entry_no }) => entry_no);
  return new Map([...grouped].map(([entry, group]) => [entry, group.map(posting)]));
}

/** The last entry of the journal, by number; `null` if there is none. */
export async function newestEntry(db: Kysely<Database>): Promise<bigint | null> {
  const row = await db.selectFrom("entries").select("no").orderBy("no", "desc").limit(1).executeTakeFirst();
  return row?.no ?? null;
}
