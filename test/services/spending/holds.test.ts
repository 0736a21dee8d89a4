import type { HoldId } from "../../../src/domain/ids.ts";
import { debitByHand } from "../../../src/services/spending/book-by-hand.ts";
import {
  extendHold,
  type HoldRequest,
  placeHold,
  releaseHold,
  settleHold,
  type UsedOfHold,
} from "../../../src/services/spending/holds.ts";
import { sweep } from "../../../src/services/spending/sweep.ts";
import { readStatement } from "../../../src/services/spending/wallets.ts";
import { holdById } from "../../../src/store/wallets/read/holds.ts";
import { dump } from "../../support/dump.ts";
import { engines } from "../../support/engines.ts";
import { type Composed, closeAll } from "../composed.ts";
import { acme, metered, problems, usageOf, use, walletOf, withValue } from "./spending.ts";

afterEach(closeAll);

const second = 1_000_000_000n;

function place({ tallyhook }: Composed, of: Partial<HoldRequest> & { amount?: bigint } = {}) {
  const { amount = 400n, ...rest } = of;
  return placeHold(tallyhook.services, {
    payer: { owner: "acme" },
    reserved: { amount },
    currency: "USD",
    expiresInSeconds: 60,
    ...rest,
  });
}

async function placed(books: Composed, of: Parameters<typeof place>[1] = {}): Promise<HoldId> {
  const result = await place(books, of);
  if (result.kind !== "placed") throw new Error(result.kind);
  return result.hold.id;
}

const settle = ({ tallyhook }: Composed, id: HoldId, used: UsedOfHold) =>
  settleHold(tallyhook.services, id, used);

/** What a settlement did, without who and when. */
async function settled(books: Composed, id: HoldId, used: UsedOfHold) {
  const result = await settle(books, id, used);
  if (result.kind !== "settled") return result.kind;
  const { hold, usage } = result;
  return {
    requested: usage.requested,
    covered: usage.covered,
    settled: hold.settled,
    released: hold.released,
    late: hold.late,
  };
}

describe.each(engines)("holds on $name", ({ freshDatabaseUrl }) => {
  const begin = async (value = 1000n): Promise<Composed> => {
    const books = await metered(await freshDatabaseUrl());
    await withValue(books, value);
    return books;
  };

  test("reserve value that usage and further holds cannot have", async () => {
    const books = await begin();
    await placed(books, { amount: 950n });
    expect(await place(books, { amount: 60n })).toEqual({
      kind: "insufficient_balance",
      available: 50n,
      shortfall: 10n,
    });
    const [result] = await use(books, usageOf("a", { meter: "jobs" }));
    expect(result).toMatchObject({ usage: { covered: 50n, uncovered: 50n } });
    expect(await walletOf(books)).toMatchObject({ paid: 950n, held: 950n });
    expect(await problems(books)).toEqual([]);
  });

  test("a refused one leaves the database as it was", async () => {
    const books = await begin();
    const before = await dump(books.tallyhook.services.store.read);
    for (const of of [
      { amount: 1001n },
      { amount: 0n },
      { amount: -5n },
      { payer: { owner: "nobody" } },
      { currency: null },
      { currency: "EUR" },
      { expiresInSeconds: 0 },
      { expiresInSeconds: 86_401 },
      { expiresInSeconds: 1.5 },
      { reserved: { meter: "miles", quantity: 1 } },
      { reserved: { meter: "jobs", quantity: "-1" } },
    ])
      expect((await place(books, of)).kind).not.toBe("placed");
    expect(await dump(books.tallyhook.services.store.read)).toBe(before);
  });

  test.each<[string, UsedOfHold, object]>([
    [
      "less: the rest is free again",
      { amount: 300n },
      { requested: 300n, covered: 300n, settled: 300n, released: 100n, late: false },
    ],
    [
      "all of it",
      { amount: 400n },
      { requested: 400n, covered: 400n, settled: 400n, released: 0n, late: false },
    ],
    ["nothing", { amount: 0n }, { requested: 0n, covered: 0n, settled: 0n, released: 400n, late: false }],
    [
      "more: from the free balance",
      { amount: 600n },
      { requested: 600n, covered: 600n, settled: 400n, released: 0n, late: false },
    ],
    [
      "more than there is: what is missing is uncovered",
      { amount: 1200n },
      { requested: 1200n, covered: 1000n, settled: 400n, released: 0n, late: false },
    ],
  ])("settle with %s", async (_, used, expected) => {
    const books = await begin();
    const id = await placed(books);
    expect(await settled(books, id, used)).toEqual(expected);
    expect(await walletOf(books)).toMatchObject({ held: 0n });
    expect(await problems(books)).toEqual([]);
  });

  test("settled again with the same value is the same answer; another value, or a release, finds it closed", async () => {
    const books = await begin();
    const id = await placed(books, { reserved: { meter: "jobs", quantity: 3 } });
    const first = await settle(books, id, { quantity: "2" });
    const before = await dump(books.tallyhook.services.store.read);
    expect(await settle(books, id, { quantity: 2 })).toEqual(first);
    expect(await settled(books, id, { quantity: 3 })).toBe("hold_closed");
    expect(await settled(books, id, { amount: 200n })).toBe("hold_closed");
    expect((await releaseHold(books.tallyhook.services, id)).kind).toBe("hold_closed");
    expect((await extendHold(books.tallyhook.services, id, 60)).kind).toBe("hold_closed");
    expect(await dump(books.tallyhook.services.store.read)).toBe(before);
  });

  test("of a quantity are rounded up, and settled through what is pending like usage", async () => {
    const books = await begin();
    await use(books, usageOf("a"));
    const id = await placed(books, { reserved: { meter: "calls", quantity: "1.5" } });
    expect(await holdById(books.tallyhook.services.store.read, id)).toMatchObject({
      amount: 1n,
      quantity: "1.5",
    });
    expect(await settled(books, id, { quantity: "1.5" })).toMatchObject({ requested: 1n, covered: 1n });
    expect(await walletOf(books)).toMatchObject({ paid: 999n, pending: "0.5" });
    const lines = await readStatement(books.tallyhook.services, acme, {}, { limit: 1, after: null });
    expect(lines?.rows[0]).toMatchObject({ kind: "usage", usageId: id, holdId: id });
    expect(await problems(books)).toEqual([]);
  });

  test("of an amount cannot be settled by a quantity of nothing known", async () => {
    const books = await begin();
    expect(await settle(books, await placed(books), { quantity: 1 })).toEqual({
      kind: "refused",
      reason: "meter_required",
    });
  });

  test("released value is free at once, and releasing again is nothing", async () => {
    const books = await begin();
    const id = await placed(books);
    expect(await releaseHold(books.tallyhook.services, id)).toMatchObject({
      hold: { status: "released", released: 400n },
    });
    expect(await releaseHold(books.tallyhook.services, id)).toMatchObject({ hold: { status: "released" } });
    expect(await settled(books, id, { amount: 1n })).toBe("hold_closed");
    expect(await walletOf(books)).toMatchObject({ held: 0n, paid: 1000n });
  });

  test("expire at their very moment; what is settled afterwards is late, as far as value is available then", async () => {
    const books = await begin();
    const [early, late] = [await placed(books), await placed(books, { amount: 500n })];
    books.clock.advance(59);
    expect(await sweep(books.tallyhook.services)).toBe(0);
    expect(await settled(books, early, { amount: 400n })).toMatchObject({ late: false });
    books.clock.advance(1);
    expect(await sweep(books.tallyhook.services)).toBe(1);
    expect(await holdById(books.tallyhook.services.store.read, late)).toMatchObject({
      status: "expired",
      released: 500n,
    });
    await use(books, usageOf("a", { meter: "jobs", quantity: 5 }));
    expect(await settled(books, late, { amount: 450n })).toEqual({
      requested: 450n,
      covered: 100n,
      settled: 0n,
      released: 500n,
      late: true,
    });
    expect(await problems(books)).toEqual([]);
  });

  test("a hold that is due is late whether the sweeper came by or not", async () => {
    const books = await begin();
    const id = await placed(books);
    books.clock.advance(60);
    expect(await settled(books, id, { amount: 300n })).toEqual({
      requested: 300n,
      covered: 300n,
      settled: 0n,
      released: 400n,
      late: true,
    });
    expect(await sweep(books.tallyhook.services)).toBe(0);
    expect(await problems(books)).toEqual([]);
  });

  test("extended, they last from now on, and never shorter", async () => {
    const books = await begin();
    const id = await placed(books);
    books.clock.advance(50);
    const { services } = books.tallyhook;
    const now = books.clock.now();
    expect(await extendHold(services, id, 5)).toMatchObject({ hold: { expiresAt: now + 10n * second } });
    expect(await extendHold(services, id, 100)).toMatchObject({ hold: { expiresAt: now + 100n * second } });
    expect(await extendHold(services, id, 0)).toMatchObject({ kind: "refused" });
    books.clock.advance(100);
    expect((await extendHold(services, id, 100)).kind).toBe("hold_closed");
  });

  test("back value that is due until they close; then it expires", async () => {
    const books = await begin(300n);
    await withValue(books, 500n, { expiresAt: books.clock.now() + 30n * second });
    const id = await placed(books, { amount: 600n });
    books.clock.advance(31);
    expect(await sweep(books.tallyhook.services)).toBe(1);
    expect(await walletOf(books)).toMatchObject({ paid: 600n, held: 600n });
    expect(await sweep(books.tallyhook.services)).toBe(0);
    expect(await settled(books, id, { amount: 250n })).toMatchObject({ covered: 250n });
    // 50 of what was due is left, and no longer held.
    expect(await walletOf(books)).toMatchObject({ paid: 300n, held: 0n, nextExpiryAt: null });
    expect(await problems(books)).toEqual([]);
  });

  test("swept and settled at once, one of both comes first, and the books are right either way", async () => {
    const books = await begin();
    const ids = await Promise.all(Array.from({ length: 8 }, () => placed(books, { amount: 100n })));
    books.clock.advance(60);
    await Promise.all([
      sweep(books.tallyhook.services),
      ...ids.map((id) => settle(books, id, { amount: 100n })),
    ]);
    expect(await walletOf(books)).toMatchObject({ paid: 200n, held: 0n });
    expect(await problems(books)).toEqual([]);
  });

  test("many at once never reserve more than there is", async () => {
    const books = await begin();
    const results = await Promise.all(Array.from({ length: 40 }, () => place(books, { amount: 70n })));
    expect(results.filter(({ kind }) => kind === "placed")).toHaveLength(14);
    expect(await walletOf(books)).toMatchObject({ held: 980n });
    await debitByHand(books.tallyhook.services, { walletId: acme, amount: 100n, reason: "test" });
    expect(await walletOf(books)).toMatchObject({ paid: 980n });
  });
});
