import type { Kysely, Transaction } from "kysely";
import type { Books } from "../../domain/books.ts";
import type { WalletIds } from "../../domain/ids.ts";
import type { Amount } from "../../domain/money.ts";
import type { Instant } from "../../domain/time.ts";
import type { Engine } from "../engine/engine.ts";
import type { Session } from "../engine/statements.ts";
import type { AccountNumbers, Accounts } from "../ledger/accounts.ts";
import type { Loaded } from "../loaded.ts";
import type { Database } from "../schema.ts";
import { isLoaded, load, loadWallets } from "./load.ts";
import { keysOf } from "./nouns.ts";
import { type Reserved, save } from "./save.ts";
import { type Needs, type Work, walletNeedsOf } from "./unit-of-work.ts";

export interface BatchOptions {
  readonly engine: Engine;
  readonly walletIds: WalletIds;
  readonly accounts: Accounts;
  readonly now: Instant;
  /** Told of the batch once it is committed. */
  readonly observe?: BatchObserver;
}

export type BatchObserver = (batch: CommittedBatch) => void;

/** What a commit was, and how long each of its steps took. */
export interface CommittedBatch {
  readonly works: number;
  readonly milliseconds: Readonly<Record<"load" | "decide" | "save" | "commit", number>>;
  /** What wallets were asked to pay, and how much of it they did. */
  readonly debits: readonly Debit[];
}

export interface Debit {
  readonly currency: string;
  readonly covered: Amount;
  readonly uncovered: Amount;
}

/**
 * Loads what the works need, decides them one after the other, stores what is new, and commits: all or nothing. Gives the
 * results of the first works, at least one. A work can need a wallet that only a neighbour before it made known (a charge
 * and its refund in one batch); it and those behind it are left for the next batch, which then reads that wallet.
 */
export async function runBatch(works: readonly Work<unknown>[], options: BatchOptions): Promise<unknown[]> {
  const { engine, walletIds, accounts, now, observe } = options;
  const times = [performance.now()];
  const { results, posted, books } = await engine.inBatch(async (trx, sent) => {
    const session: Session = { engine, trx, ...(sent === undefined ? {} : { sent }) };
    const loaded = await load(
      session,
      works.map((work) => work.needs),
      walletIds,
    );
    const walletNeeds = works.flatMap((work) => walletNeedsOf(work, loaded.books));
    const [, reserved] = await Promise.all([
      loadWallets(session, loaded, walletNeeds, now),
      // After the wallets' locks: what is next of a wallet has a greater number than what was before.
      engine.reservesAhead ? reserve(session, works) : undefined,
    ]);
    times.push(performance.now());
    const results = decide(works, loaded, now);
    times.push(performance.now());
    const posted: AccountNumbers = await save(session, loaded, { accounts, now, reserved });
    times.push(performance.now());
    return { results, posted, books: loaded.books };
  });
  accounts.remember(posted);
  observe?.(committed(results.length, books, [...times, performance.now()]));
  return results;
}

/** As many numbers as such works mostly need; what is too few is reserved once it is known. */
const numbersAWork = 12;

async function reserve({ engine, trx }: Session, works: readonly Work<unknown>[]): Promise<Reserved> {
  const count = numbersAWork * works.reduce((sum, { weight = 1 }) => sum + weight, 0);
  return { count, next: await engine.reserveNumbers(trx, count) };
}

function committed(works: number, books: Books, times: readonly number[]): CommittedBatch {
  const [load = 0, decide = 0, save = 0, commit = 0] = times
    .slice(1)
    .map((time, step) => time - (times[step] ?? 0));
  const debits = books.walletLines
    .filter(({ kind }) => kind === "usage" || kind === "debit")
    .map(({ walletId, covered, uncovered }) => {
      return { currency: books.wallet(walletId)?.currency ?? "", covered, uncovered };
    });
  return { works, milliseconds: { load, decide, save, commit }, debits };
}

/** What a work decides on what a snapshot holds: read without locks, and not stored. */
export async function decideOn<Result>(
  snapshot: Kysely<Database>,
  work: Work<Result>,
  { engine, walletIds, now }: Omit<BatchOptions, "accounts">,
): Promise<Result> {
  const session = { engine: { ...engine, rowLock: "" }, trx: snapshot as Transaction<Database> };
  const loaded = await load(session, [work.needs], walletIds);
  await loadWallets(session, loaded, walletNeedsOf(work, loaded.books), now);
  return work.decide(loaded.books, now);
}

function decide(works: readonly Work<unknown>[], loaded: Loaded, now: Instant): unknown[] {
  const { books } = loaded;
  const results: unknown[] = [];
  const touched = new Set<string>();
  for (const work of works) {
    const keys = [...keysOf(work.needs), ...dossiersOf(books, work.needs)];
    // Only a work that shares something with one decided before can need more than it said at first.
    const shares = keys.some((key) => touched.has(key));
    if (shares && !walletNeedsOf(work, books).every((need) => isLoaded(loaded, need))) break;
    results.push(work.decide(books, now));
    for (const key of [...keys, ...dossiersOf(books, work.needs)]) touched.add(key);
  }
  return results;
}

/** Two names of one dossier are shared without being equal. */
function dossiersOf(books: Books, { names = [], charges = [] }: Needs): string[] {
  const alone = charges.flatMap((id) => books.knownCharge(id)?.dossier ?? []);
  return [...books.dossiersOf(names), ...alone];
}
