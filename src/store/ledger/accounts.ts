import { rolledUpPath } from "../../domain/book/accounts.ts";
import type { Entry, Posting } from "../../domain/book/journal.ts";
import { ascending, insertRows, type Session, selectByKeys, storable } from "../engine/statements.ts";
import type { AccountRow } from "../schema.ts";

/** Numbers of accounts by {@link accountKey}. */
export type AccountNumbers = ReadonlyMap<string, bigint>;

const rememberedAccounts = 10_000;

const selectAccounts = selectByKeys<string, AccountRow>(({ trx }, paths) =>
  trx.selectFrom("accounts").selectAll().where("path", "in", paths),
);

const insertAccounts = insertRows("accounts");

export function accountKey({ account, currency }: Pick<Posting, "account" | "currency">): string {
  return `${currency} ${storable(account)}`;
}

/** The accounts that a batch posts to: those that exist, and those it is the first to use. */
export interface BatchAccounts {
  readonly numbers: Map<string, bigint>;
  readonly missing: readonly Pick<Posting, "account" | "currency">[];
}

/**
 * An account never changes once it is there, so its number is remembered between batches: nearly all postings are to the
 * same few accounts. What a batch makes is remembered only once the batch is committed.
 */
export class Accounts {
  readonly #remembered = new Map<string, bigint>();

  async find(session: Session, entries: readonly Entry[]): Promise<BatchAccounts> {
    const used = new Map(entries.flatMap((entry) => entry.postings).map((used) => [accountKey(used), used]));
    const numbers = new Map<string, bigint>();
    const unknown: Posting[] = [];
    for (const [key, posting] of used) {
      const number = this.#remembered.get(key);
      if (number === undefined) unknown.push(posting);
      else numbers.set(key, number);
    }
    const rows = await selectAccounts(
      session,
      unknown.map((posting) => posting.account),
    );
    for (const { path, currency, no } of rows) numbers.set(accountKey({ account: path, currency }), no);
    return { numbers, missing: unknown.filter((posting) => !numbers.has(accountKey(posting))) };
  }

  /** After the commit. */
  remember(numbers: AccountNumbers): void {
    if (this.#remembered.size + numbers.size > rememberedAccounts) this.#remembered.clear();
    for (const [key, number] of numbers) this.#remembered.set(key, number);
  }
}

/** Stores the accounts a batch is the first to use. */
export async function saveAccounts(
  session: Session,
  { numbers, missing }: BatchAccounts,
  nextNumber: () => bigint,
): Promise<void> {
  const rows = missing.map(({ account, currency }) => ({
    no: nextNumber(),
    path: account,
    currency,
    rolled_up: rolledUpPath(account),
  }));
  for (const { no, path, currency } of rows) numbers.set(accountKey({ account: path, currency }), no);
  await insertAccounts(
    session,
    rows.sort((a, b) => ascending(a.path, b.path) || ascending(a.currency, b.currency)),
  );
}
