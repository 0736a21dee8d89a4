import { enoughBalance } from "../../../src/services/spending/enough-balance.ts";
import { placeHold, settleHold } from "../../../src/services/spending/holds.ts";
import { sweep } from "../../../src/services/spending/sweep.ts";
import { explainBalance } from "../../../src/services/spending/wallets.ts";
import { engines } from "../../support/engines.ts";
import { type Composed, closeAll } from "../composed.ts";
import { acme, metered, problems, usageOf, use, walletOf, withValue } from "./spending.ts";

afterEach(closeAll);

const year = 365 * 86_400;
const payer = { walletId: acme };

describe.each(engines)("a clock that jumps, on $name", ({ freshDatabaseUrl }) => {
  const begin = async (): Promise<Composed> => {
    const books = await metered(await freshDatabaseUrl());
    await withValue(books, 1000n);
    await withValue(books, 500n, { expiresAt: books.clock.now() + 3_600n * 1_000_000_000n });
    return books;
  };
  const hold = async ({ tallyhook: { services } }: Composed, amount: bigint) => {
    const asked = { payer, reserved: { amount }, currency: null, expiresInSeconds: 60 };
    const placed = await placeHold(services, asked);
    if (placed.kind !== "placed") throw new Error(placed.kind);
    return placed.hold.id;
  };
  const available = async ({ tallyhook: { services } }: Composed) => {
    const answer = await enoughBalance(services, { payer, wanted: { amount: 1n }, currency: null });
    return answer.kind === "answer" ? answer.available : answer.reason;
  };

  test("ahead by a year and back: what has expired stays so, and nothing is spent twice", async () => {
    const books = await begin();
    const { services } = books.tallyhook;
    const id = await hold(books, 100n);
    books.clock.advance(year);
    expect(await available(books)).toBe(900n);
    await sweep(services);
    books.clock.advance(-year);
    expect(await walletOf(books)).toMatchObject({ paid: 1000n, held: 0n });
    expect(await available(books)).toBe(1000n);
    const settled = await settleHold(services, id, { amount: 40n });
    expect(settled).toMatchObject({ kind: "settled", hold: { late: true }, usage: { covered: 40n } });
    expect(await problems(books)).toEqual([]);
  });

  test("back by a year: usage, holds and expiries of before go on, in one statement", async () => {
    const books = await begin();
    const { services } = books.tallyhook;
    const later = books.clock.now();
    const id = await hold(books, 100n);
    books.clock.advance(-year);
    const [used] = await use(books, usageOf("a", { meter: "jobs", quantity: 2 }));
    expect(used).toMatchObject({ outcome: "applied", usage: { covered: 200n } });
    expect(await settleHold(services, id, { amount: 100n })).toMatchObject({ hold: { late: false } });
    await sweep(services);
    expect(await walletOf(books)).toMatchObject({ paid: 1200n, held: 0n, seq: 4 });
    const page = { limit: 200, after: null };
    // The statement goes by its numbers: up to its last line by then.
    expect(await explainBalance(services, acme, { at: later }, page)).toMatchObject({
      balance: 1200n,
      seq: 4,
    });
    expect(await problems(books)).toEqual([]);
  });
});
