import { z } from "zod";
import type { Amount } from "../../domain/money.ts";
import { fromSeconds, type Instant } from "../../domain/time.ts";
import { SourceError } from "../kit/source-error.ts";
import type { ListPage, Telling } from "../source.ts";
import { amount, currency } from "./amounts.ts";
import { time } from "./fields.ts";
import { openingBalanceBody } from "./opening-balance.ts";

const summedRow = z.object({ net: amount, currency, created: time, balance_type: z.string().nullish() });

type Listing = (query: Readonly<Record<string, string>>) => AsyncGenerator<ListPage>;

/**
 * What Stripe owed us before an instant: the sum of every row before it. A row that cannot be read makes all of it unknown.
 * @throws SourceError
 */
export async function balancesAt(at: Instant, list: Listing): Promise<Telling[]> {
  const sums = new Map<string, Amount>();
  // Stripe's clock has whole seconds: of the last one some rows may be later.
  const upTo = (at + fromSeconds(1) - 1n) / fromSeconds(1);
  for await (const { tellings } of list({ "created[lt]": String(upTo) })) {
    for (const { object } of tellings) {
      const row = summedRow.safeParse(object);
      if (!row.success)
        throw new SourceError("unreadable", "A row of the balance cannot be summed up.", {
          provider: "stripe",
        });
      const { net, currency, created, balance_type: balance } = row.data;
      if (created >= at || (balance ?? "payments") !== "payments") continue;
      sums.set(currency, (sums.get(currency) ?? 0n) + net);
    }
  }
  return [...sums].sort().map(([currency, amount]) => ({
    ref: currency,
    object: {},
    body: openingBalanceBody({ at, currency, amount, evidence: "rows" }),
    asOfNow: null,
    isEvent: true,
  }));
}
