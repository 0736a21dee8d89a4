import { type Kysely, sql } from "kysely";
import {
  endOfList,
  type PageRequest,
  type Position,
  positionAt,
  UnknownPosition,
} from "../../engine/read/page.ts";
import type { Database } from "../../schema.ts";

export interface NumberedEntry {
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
export async function entryPosition(db: Kysely<Database>, page: PageRequest): Promise<Position> {
  const named = page.before ?? page.after;
  if (named === null) return positionAt(page, endOfList);
  const entry = await numberedEntry(db, named);
  if (entry === undefined) throw new UnknownPosition();
  return positionAt(page, entry.no);
}
