import { formatInstant, type Instant, parseInstant } from "../../domain/time.ts";
import type { ListedRow } from "../kit/listed-row.ts";
import { type ListedObjectRow, SeenPages } from "../kit/listed-rows.ts";
import type { Listing } from "../source.ts";
import { type PaddleListName, readListedRow } from "./listed-row.ts";
import type { PaddleList, PaddleLists } from "./lists.ts";

const perPage: Readonly<Record<Exclude<PaddleList, "events">, number>> = {
  transactions: 30,
  adjustments: 50,
  customers: 200,
};

/** A list of Paddle's read anew, as rows of a statement. @throws SourceError */
export async function* listedRows(
  lists: PaddleLists,
  list: PaddleListName,
  asked: Listing,
): AsyncGenerator<readonly ListedRow[]> {
  for await (const rows of rowsOf(lists, list, asked)) yield rows.flatMap((row) => readListedRow(list, row));
}

function rowsOf(
  lists: PaddleLists,
  list: PaddleListName,
  asked: Listing,
): AsyncGenerator<readonly ListedObjectRow[]> {
  if (list === "customer_balances") return creditBalances(lists);
  return list === "transactions" ? transactions(lists, asked) : adjustments(lists, asked);
}

function transactions(lists: PaddleLists, { from, to }: Listing): AsyncGenerator<readonly ListedObjectRow[]> {
  return pages(lists, "transactions", {
    "createdAt[GTE]": from === null ? null : formatInstant(from),
    "createdAt[LT]": formatInstant(to),
    orderBy: "created_at[ASC]",
  });
}

/** Their list takes no time; ids begin with the time they were made at. */
async function* adjustments(
  lists: PaddleLists,
  { from, to }: Listing,
): AsyncGenerator<readonly ListedObjectRow[]> {
  for await (const rows of pages(lists, "adjustments", { orderBy: "id[DESC]" })) {
    const times = rows.map(({ created_at: created }) => instantOf(created));
    // One without a time is kept: it is in error, and shown.
    yield rows.filter((_, index) => isWithin(times[index] ?? null, { from, to }));
    if (from !== null && times.some((at) => at !== null && at < from)) return;
  }
}

async function* creditBalances(lists: PaddleLists): AsyncGenerator<readonly ListedObjectRow[]> {
  for await (const customers of pages(lists, "customers", { orderBy: "id[ASC]" })) {
    for (const { id } of customers) yield await lists.creditBalances(String(id));
  }
}

async function* pages(
  lists: PaddleLists,
  name: Exclude<PaddleList, "events">,
  query: Readonly<Record<string, string | null>>,
): AsyncGenerator<readonly ListedObjectRow[]> {
  const seen = new SeenPages();
  let after: string | null = null;
  for (let hasMore = true; hasMore; ) {
    const page = await lists.page(name, { ...query, perPage: perPage[name], after });
    const [first] = page.rows;
    if (first === undefined) return;
    seen.see(String(first.id), { provider: "paddle", name });
    after = String(page.rows.at(-1)?.id);
    yield page.rows;
    hasMore = page.hasMore;
  }
}

function isWithin(at: Instant | null, { from, to }: Pick<Listing, "from" | "to">): boolean {
  return at === null || ((from === null || at >= from) && at < to);
}

function instantOf(value: unknown): Instant | null {
  return typeof value === "string" ? (parseInstant(value) ?? null) : null;
}
