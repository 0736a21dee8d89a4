import { sql } from "kysely";
import { DatedBalances } from "../../domain/book/dated.ts";
import type { Entry } from "../../domain/book/journal.ts";
import {
  ascending,
  insertNouns,
  insertRows,
  type SelectByKeys,
  type Session,
  selectByKeys,
} from "../engine/statements.ts";
import type { Numbers } from "../loaded.ts";
import type { AccountRow, EntryRow, PostingRow } from "../schema.ts";
import { type AccountNumbers, accountKey } from "./accounts.ts";
import { entryNoun } from "./nouns/entry.ts";

type PostedRow = Pick<AccountRow, "path" | "currency"> &
  Pick<PostingRow, "amount"> &
  Pick<EntryRow, "effective_at"> & { subject: bigint };

const selectPosted: Record<"charge_no" | "payout_no", SelectByKeys<bigint, PostedRow>> = {
  charge_no: selectPostedOf("charge_no"),
  payout_no: selectPostedOf("payout_no"),
};

function selectPostedOf(column: "charge_no" | "payout_no"): SelectByKeys<bigint, PostedRow> {
  return selectByKeys<bigint, PostedRow>(({ trx }, subjects) =>
    trx
      .selectFrom("entries")
      .innerJoin("postings", "postings.entry_no", "entries.no")
      .innerJoin("accounts", "accounts.no", "postings.account_no")
      .select([
        sql<bigint>`${sql.ref(`entries.${column}`)}`.as("subject"),
        "accounts.path",
        "accounts.currency",
        "postings.amount",
        "entries.effective_at",
      ])
      .where(`entries.${column}`, "in", subjects)
      .where("entries.kind", "=", sql.lit("provider")),
  );
}

const insertEntries = insertNouns("entries", entryNoun);
const insertPostings = insertRows("postings");

/** The provider side as posted, by the number of the charge or payout. Summed here: the database would sort first. */
export async function loadPosted(
  session: Session,
  column: "charge_no" | "payout_no",
  subjects: readonly bigint[],
): Promise<Map<bigint, DatedBalances>> {
  const posted = new Map<bigint, DatedBalances>();
  for (const row of await selectPosted[column](session, subjects)) {
    const balances = posted.get(row.subject) ?? new DatedBalances();
    posted.set(row.subject, balances.post(row.effective_at, row.path, row.currency, row.amount));
  }
  return posted;
}

export async function saveEntries(
  session: Session,
  numbers: Numbers,
  accounts: AccountNumbers,
  entries: readonly Entry[],
): Promise<void> {
  const sorted = entries.toSorted((a, b) => ascending(numbers.of(a.id), numbers.of(b.id)));
  await insertEntries(session, numbers, sorted);
  const postings = sorted.flatMap((entry) => postingRows(entry, numbers, accounts));
  await insertPostings(
    session,
    postings.sort((a, b) => ascending(a.entry_no, b.entry_no) || ascending(a.account_no, b.account_no)),
  );
}

function postingRows(entry: Entry, numbers: Numbers, accounts: AccountNumbers): PostingRow[] {
  const entry_no = numbers.of(entry.id);
  return entry.postings.map((posting) => ({
    entry_no,
    account_no: accounts.get(accountKey(posting)) as bigint,
    amount: posting.amount,
  }));
}
