import type { UsageId } from "../../../src/domain/ids.ts";
import { parseInstant } from "../../../src/domain/time.ts";
import { debitByHand } from "../../../src/services/spending/book-by-hand.ts";
import { reverseUsage } from "../../../src/services/spending/usage.ts";
import { reportUncovered } from "../../../src/services/spending/wallets.ts";
import { engines } from "../../support/engines.ts";
import { type Composed, closeAll, lineOf, saleOf, transactionEvent } from "../composed.ts";
import { acme, metered, problems, refundOf, usageOf, use, withValue } from "./spending.ts";

afterEach(closeAll);

const from = (month: string) => parseInstant(`${month}-01T00:00:00Z`) as bigint;
const days = 86_400;

describe.each(engines)("the report of what was not covered, on $name", ({ freshDatabaseUrl }) => {
  const report = async (
    { tallyhook: { services } }: Composed,
    window: [string, string],
    page = { limit: 50, after: null as string | null },
  ) => {
    const { rows, next } = await reportUncovered(
      services,
      { from: from(window[0]), to: from(window[1]) },
      page,
    );
    return {
      next,
      rows: rows.map(({ owner, kind, meter, count, uncovered }) => [
        `${owner} ${kind} ${meter}`,
        count,
        uncovered,
      ]),
    };
  };

  test("tells usage by its meter, and debits and take-backs apart, each in the month it was decided", async () => {
    const books = await metered(await freshDatabaseUrl());
    const { services } = books.tallyhook;
    await withValue(books, 130n);
    const jobs = ["a", "b", "c"].map((id) => usageOf(id, { meter: "jobs" }));
    await use(books, ...jobs, usageOf("d", { quantity: 100 }), usageOf("e", { quantity: 0 }));
    await debitByHand(services, { walletId: acme, amount: 7n, reason: "test" });
    const sale = saleOf(1, [lineOf("txnitm_1", "pri_1", 90)]);
    await books.receive(transactionEvent(sale));
    await use(books, usageOf("f", { payer: { owner: "paddle:ctm_1" }, quantity: 50 }));
    await books.receive(refundOf(sale, 90, "approved", "2026-01-05T00:00:00Z"));
    const january = [
      ["acme debit null", 1, 7n],
      ["acme usage calls", 1, 60n],
      ["acme usage jobs", 2, 170n],
      ["paddle:ctm_1 take_back null", 1, 30n],
    ];
    expect((await report(books, ["2026-01", "2026-02"])).rows).toEqual(january);

    books.clock.advance(40 * days);
    await reverseUsage(services, { id: "c" as UsageId, reason: "test" });
    await books.receive(refundOf(sale, 90, "reversed", "2026-01-06T00:00:00Z"));
    expect((await report(books, ["2026-02", "2026-03"])).rows).toEqual([
      ["acme usage_reversal jobs", 1, -100n],
      ["paddle:ctm_1 restore null", 1, -30n],
    ]);
    // A month that has passed stays as it was reported.
    expect((await report(books, ["2026-01", "2026-02"])).rows).toEqual(january);
    expect(await problems(books)).toEqual([]);
  });

  test("comes in pages that hang together", async () => {
    const books = await metered(await freshDatabaseUrl());
    for (const owner of ["b", "a", "c"])
      await use(books, usageOf(owner, { payer: { owner }, meter: "jobs", quantity: 2 }));
    const window: [string, string] = ["2026-01", "2026-02"];
    const first = await report(books, window, { limit: 2, after: null });
    expect(first.rows.map(([name]) => name)).toEqual(["a usage jobs", "b usage jobs"]);
    expect(await report(books, window, { limit: 2, after: first.next })).toEqual({
      next: null,
      rows: [["c usage jobs", 1, 200n]],
    });
  });
});
