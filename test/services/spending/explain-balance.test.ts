import type { Instant } from "../../../src/domain/time.ts";
import { sweep } from "../../../src/services/spending/sweep.ts";
import { reverseUsage } from "../../../src/services/spending/usage.ts";
import { explainBalance } from "../../../src/services/spending/wallets.ts";
import { engines } from "../../support/engines.ts";
import { walletId } from "../../support/wallet-ids.ts";
import { type Composed, closeAll, lineOf, saleOf, transactionEvent } from "../composed.ts";
import { acme, metered, refundOf, usageOf, use, withValue } from "./spending.ts";

afterEach(closeAll);

const everything = { limit: 200, after: null };

describe.each(engines)("explaining what a balance was, on $name", ({ freshDatabaseUrl }) => {
  const explained = async ({ tallyhook }: Composed, id: typeof acme, at: Instant) => {
    const explanation = await explainBalance(tallyhook.services, id, { at }, everything);
    if (explanation === undefined) throw new Error("There is no such wallet.");
    return explanation;
  };

  test("what came later is no part of it", async () => {
    const books = await metered(await freshDatabaseUrl());
    const wallet = walletId("paddle:ctm_1", "USD");
    const sale = saleOf(1, [lineOf("txnitm_1", "pri_1", 90)]);
    await books.receive(transactionEvent(sale));
    const sold = books.clock.now();
    books.clock.advance(60);
    await books.receive(refundOf(sale, 40, "approved", "2026-01-05T00:00:00Z"));
    const then = await explained(books, wallet, sold);
    expect(then).toMatchObject({ balance: 90n, changes: [{ kind: "top_up", amount: 90n }] });
    expect(then.lots.rows[0]).toMatchObject({ lot: { remaining: 90n }, changes: [] });
    expect(then.lots.rows[0]?.charge?.events.map(({ type }) => type)).toEqual(["transaction.completed"]);
    const now = await explained(books, wallet, books.clock.now());
    expect(now.lots.rows[0]).toMatchObject({ lot: { remaining: 50n }, changes: [{ kind: "take_back" }] });
    const charge = now.lots.rows[0]?.charge;
    expect(charge?.events.map(({ type }) => type)).toContain("adjustment.updated");
    expect(charge?.entries.length).toBeGreaterThan(then.lots.rows[0]?.charge?.entries.length ?? 0);
  });

  test("a lot that was given more time still was to expire when it was", async () => {
    const books = await metered(await freshDatabaseUrl());
    const begin = books.clock.now();
    const soon = begin + 60n * 1_000_000_000n;
    await withValue(books, 100n, { expiresAt: soon });
    await use(books, usageOf("a", { meter: "jobs", quantity: "0.5" }));
    books.clock.advance(90);
    await sweep(books.tallyhook.services);
    const expired = await explained(books, acme, books.clock.now());
    expect(expired).toMatchObject({ balance: 0n, lots: { rows: [] } });
    books.clock.advance(10);
    await reverseUsage(books.tallyhook.services, { id: "a" as never, reason: "test" });
    const expiries = async (at: Instant) =>
      (await explained(books, acme, at)).lots.rows.map(({ lot }) => [lot.remaining, lot.expiresAt]);
    expect(await expiries(begin)).toEqual([[50n, soon]]);
    expect(await expiries(books.clock.now())).toEqual([[50n, books.clock.now() + 60n * 1_000_000_000n]]);
  });
});
