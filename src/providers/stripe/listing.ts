import { fromUnixSeconds, type Instant, nanosecondsPerDay } from "../../domain/time.ts";
import type { ListedRow } from "../kit/listed-row.ts";
import { type ListedObjectRow, SeenPages } from "../kit/listed-rows.ts";
import type { Listing } from "../source.ts";
import { readListedRow, type StripeListName } from "./listed-row.ts";
import type { StripeLists } from "./lists.ts";

const perPage = "100";
/** A payout arrives after it was made; Stripe's slowest take two weeks. */
const longestTransit = 35n * nanosecondsPerDay;

/** A list of Stripe's read anew, as rows of a statement. @throws SourceError */
export async function* listedRows(
  lists: StripeLists,
  list: StripeListName,
  asked: Listing,
): AsyncGenerator<readonly ListedRow[]> {
  for await (const page of pages(
    lists,
    list === "customer_balances" ? "customers" : list,
    queryOf(list, asked),
  )) {
    const read = page.flatMap((row) => readListedRow(list, row));
    if (list === "payouts") yield read.filter((row) => isWithin(row, asked));
    else yield asked.payoutRef === null ? read : read.map((row) => paidBy(row, asked.payoutRef));
  }
}

async function* pages(
  lists: StripeLists,
  name: string,
  query: Readonly<Record<string, string>>,
): AsyncGenerator<readonly ListedObjectRow[]> {
  const seen = new SeenPages();
  let after: string | null = null;
  for (let hasMore = true; hasMore; ) {
    const cursor: Record<string, string> = after === null ? {} : { starting_after: after };
    const page = await lists.page(name, { limit: perPage, ...query, ...cursor });
    const [first] = page.rows;
    if (first === undefined) return;
    seen.see(String(first.id), { provider: "stripe", name });
    after = String(page.rows.at(-1)?.id);
    yield page.rows;
    hasMore = page.hasMore;
  }
}

function queryOf(list: StripeListName, { from, to, payoutRef }: Listing): Readonly<Record<string, string>> {
  if (list === "customer_balances") return { "expand[]": "data.invoice_credit_balance" };
  if (list === "balance_transactions" && payoutRef !== null) return { payout: payoutRef };
  const begin = list === "payouts" && from !== null ? from - longestTransit : from;
  return {
    ...(begin === null ? {} : { "created[gte]": seconds(begin) }),
    "created[lt]": seconds(roundedUp(to)),
  };
}

const second = fromUnixSeconds(1);
const seconds = (instant: Instant): string => String(instant / second);
/** Stripe's clock has whole seconds: a part of one is asked for, rather than left out. */
const roundedUp = (instant: Instant): Instant => instant + ((second - (instant % second)) % second);

/** A payout arrives on a date, which is of no zone: a window of any zone may begin a day before or after that date does in UTC. */
function isWithin({ row }: ListedRow, { from, to }: Listing): boolean {
  const at = row.at ?? null;
  return at === null || ((from === null || at >= from - nanosecondsPerDay) && at < to + nanosecondsPerDay);
}

/** No row of the balance names its payout: it is who asked for the rows of one. */
function paidBy(listed: ListedRow, payoutRef: string | null): ListedRow {
  return { ...listed, row: { ...listed.row, payoutRef } } as ListedRow;
}
