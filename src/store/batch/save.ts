import type { PutRows } from "../../domain/rows.ts";
import type { Instant } from "../../domain/time.ts";
import type { Session } from "../engine/statements.ts";
import type { AccountNumbers, Accounts } from "../ledger/accounts.ts";
import type { Loaded } from "../loaded.ts";
import { inOrder, type Saving } from "./nouns.ts";
import { resolveReferences } from "./references.ts";

/** Internal numbers that may be taken. */
export interface Reserved {
  readonly count: number;
  readonly next: () => bigint;
}

/**
 * Stores what deciding has put into the books: of every noun of which there is anything, in their order, one statement for many
 * rows of each table, rows sorted by their keys.
 */
export async function save(
  session: Session,
  loaded: Loaded,
  { accounts, now, reserved }: { accounts: Accounts; now: Instant; reserved: Reserved | undefined },
): Promise<AccountNumbers> {
  const { books, numbers } = loaded;
  const saving: Saving = {
    session,
    loaded,
    books,
    numbers,
    changes: books.changes(),
    accounts: await accounts.find(session, books.entries),
    now,
    nextNumber: () => 0n,
    heard: new Map(),
  };
  await resolveReferences(session, saving);
  const put = inOrder
    .map(([, noun]) => ({ noun, what: noun.put?.(saving) }))
    .filter(({ what }) => isSomething(what as Put));
  const names = put.flatMap(({ noun, what }) => noun.names?.(what) ?? []);
  const unnamed = put.reduce((sum, { noun, what }) => sum + (noun.unnamed?.(what) ?? 0), 0);
  saving.nextNumber = await number(saving, { names, unnamed }, reserved);
  for (const { noun, what } of put) await noun.save?.(saving, what);
  return saving.accounts.numbers;
}

type Put =
  | PutRows<unknown>
  | readonly unknown[]
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | undefined;

function isSomething(put: Put): boolean {
  if (put === undefined) return false;
  if ("added" in put) return put.added.length + put.changed.length > 0;
  return ("size" in put ? put.size : put.length) > 0;
}

/** Gives every new row of the batch its internal number; what is returned numbers what nothing refers to by name. */
async function number(
  { session, numbers }: Saving,
  { names, unnamed }: { readonly names: readonly string[]; readonly unnamed: number },
  reserved: Reserved | undefined,
): Promise<() => bigint> {
  const fresh = [...new Set(names)].filter((name) => !numbers.has(name));
  const count = fresh.length + unnamed;
  if (count === 0) return () => 0n;
  const isEnough = reserved !== undefined && reserved.count >= count;
  const nextNumber = isEnough ? reserved.next : await session.engine.reserveNumbers(session.trx, count);
  for (const name of fresh) numbers.set(name, nextNumber());
  return nextNumber;
}
