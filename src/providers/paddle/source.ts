import { formatInstant, type Instant, nanosecondsPerDay, parseInstant } from "../../domain/time.ts";
import { type Row, SeenPages } from "../listed-rows.ts";
import type { Page, Source, SourceKind, Statement, Window } from "../source.ts";
import { type PaddleAccess, type PaddleList, PaddleLists } from "./lists.ts";
import { eventStatement, objectStatement } from "./statement.ts";

/**
 * Events are kept for 90 days. Adjustments cannot be asked for by any time: their list tells new ones, and what became of
 * those that were pending is looked up.
 */
const kinds: readonly SourceKind[] = [
  { name: "events", kept: 90n * nanosecondsPerDay, listsChanges: true },
  { name: "transactions", kept: null, listsChanges: true },
  { name: "adjustments", kept: null, listsChanges: false },
];

interface Listing {
  readonly perPage: number;
  /** The field that names a row. */
  readonly key: string;
  /** The field that tells whether a row is older than was asked for. */
  readonly time: string;
  statement(row: Row): Statement;
}

const listings: Readonly<Record<PaddleList, Listing>> = {
  events: { perPage: 200, key: "event_id", time: "occurred_at", statement: eventStatement },
  transactions: {
    perPage: 30,
    key: "id",
    time: "updated_at",
    statement: (row) => objectStatement("transaction", row),
  },
  adjustments: {
    perPage: 50,
    key: "id",
    time: "created_at",
    statement: (row) => objectStatement("adjustment", row),
  },
};

/** Paddle, asked through its API. */
export function paddleSource(access: PaddleAccess): Source {
  const lists = new PaddleLists(access);
  return {
    provider: "paddle",
    kinds,
    pages: (kind, window) =>
      kind === "transactions"
        ? changedTransactions(lists, window)
        : newestFirst(lists, kind as PaddleList, window),
    lookUp: (refs) => lookUp(lists, refs),
  };
}

/** In the order of their changes: one that is changed meanwhile moves to the end, and is not missed. */
async function* changedTransactions(lists: PaddleLists, { from, to, after }: Window): AsyncGenerator<Page> {
  const query = {
    "updatedAt[GTE]": from === null ? null : formatInstant(from),
    "updatedAt[LT]": formatInstant(to),
    orderBy: "updated_at[ASC]",
  };
  yield* pagesOf(lists, "transactions", { query, after });
}

/** Ids begin with the time they were made at: the list ends where rows are older than was asked for. */
async function* newestFirst(lists: PaddleLists, name: PaddleList, window: Window): AsyncGenerator<Page> {
  const { time } = listings[name];
  const { from, to, after } = window;
  for await (const page of pagesOf(lists, name, { query: { orderBy: "id[DESC]" }, after })) {
    const times = page.statements.map(({ object }) => instantOf(object[time]));
    const wanted = page.statements.filter((_, index) => isWithin(times[index] ?? null, from, to));
    yield { ...page, statements: wanted };
    if (from !== null && times.some((at) => at !== null && at < from)) return;
  }
}

function isWithin(at: Instant | null, from: Instant | null, to: Instant): boolean {
  return at === null || (at < to && (from === null || at >= from));
}

function instantOf(value: unknown): Instant | null {
  return typeof value === "string" ? (parseInstant(value) ?? null) : null;
}

/** As many as a query of theirs may name. */
const lookedUpAtOnce = 30;

/** By their ids: transactions that are known only by what was adjusted, adjustments that were still pending. */
async function* lookUp(lists: PaddleLists, refs: readonly string[]): AsyncGenerator<Page> {
  for (const name of ["transactions", "adjustments"] as const) {
    const own = refs.filter((ref) => ref.startsWith(name === "transactions" ? "txn_" : "adj_"));
    for (let start = 0; start < own.length; start += lookedUpAtOnce) {
      const query = { id: own.slice(start, start + lookedUpAtOnce) };
      yield* pagesOf(lists, name, { query, after: null });
    }
  }
}

interface Asked {
  readonly query: Readonly<Record<string, string | readonly string[] | null>>;
  readonly after: string | null;
}

async function* pagesOf(lists: PaddleLists, name: PaddleList, asked: Asked): AsyncGenerator<Page> {
  const { perPage, key, statement } = listings[name];
  const seen = new SeenPages();
  let { after } = asked;
  for (let hasMore = true; hasMore; ) {
    const page = await lists.page(name, { ...asked.query, perPage, after });
    const [first] = page.rows;
    if (first === undefined) return;
    seen.see(String(first[key]), { provider: "paddle", name });
    after = String(page.rows.at(-1)?.[key]);
    yield { statements: page.rows.map(statement), after };
    hasMore = page.hasMore;
  }
}
