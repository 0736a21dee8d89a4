import fc from "fast-check";
import type { UsageId } from "../../../src/domain/ids.ts";
import { reverseUsage } from "../../../src/services/spending/usage.ts";
import { readStatement } from "../../../src/services/spending/wallets.ts";
import { usageById } from "../../../src/store/wallets/read/usage.ts";
import { dump } from "../../support/dump.ts";
import { engines } from "../../support/engines.ts";
import { type Composed, closeAll } from "../composed.ts";
import { acme, metered, problems, usageOf, use, walletOf, withValue } from "./spending.ts";

afterEach(closeAll);

const reverse = ({ tallyhook }: Composed, id: string) =>
  reverseUsage(tallyhook.services, { id: id as UsageId, reason: "counted twice" });

const second = 1_000_000_000n;

describe.each(engines)("reversing usage on $name", ({ freshDatabaseUrl }) => {
  const begin = async (value = 1000n): Promise<Composed> => {
    const books = await metered(await freshDatabaseUrl());
    if (value > 0n) await withValue(books, value);
    return books;
  };
  const state = async (books: Composed) => {
    const { paid, promo, pending } = await walletOf(books);
    return { value: paid + promo, pending };
  };

  test("gives back what it took of a batch's line, to the lots it came from, once", async () => {
    const books = await begin(150n);
    await withValue(books, 200n, { kind: "promo" });
    await use(books, ...["a", "b", "c"].map((id) => usageOf(id, { meter: "jobs" })));
    expect(await walletOf(books)).toMatchObject({ paid: 0n, promo: 50n });
    // Of b's 100, half came from the paid lot, which a had begun.
    expect(await reverse(books, "b")).toMatchObject({ kind: "reversed", usage: { coveredBack: 100n } });
    expect(await walletOf(books)).toMatchObject({ paid: 50n, promo: 100n });
    const before = await dump(books.tallyhook.services.store.read);
    expect((await reverse(books, "b")).kind).toBe("already_reversed");
    expect((await reverse(books, "z")).kind).toBe("usage_unknown");
    expect(await dump(books.tallyhook.services.store.read)).toBe(before);
    const [line] =
      (await readStatement(books.tallyhook.services, acme, {}, { limit: 1, after: null }))?.rows ?? [];
    expect(line).toMatchObject({ kind: "usage_reversal", usageId: "b", reason: "counted twice" });
    expect(await problems(books)).toEqual([]);
  });

  test("sent again after it was reversed is a duplicate, with its first result", async () => {
    const books = await begin();
    await use(books, usageOf("a", { meter: "jobs" }));
    await reverse(books, "a");
    const [again] = await use(books, usageOf("a", { meter: "jobs" }));
    expect(again).toMatchObject({ outcome: "duplicate", usage: { covered: 100n } });
    expect(await state(books)).toEqual({ value: 1000n, pending: "0" });
  });

  test("what was never covered is undone first, and gives no value", async () => {
    const books = await begin(30n);
    await use(books, usageOf("a", { meter: "jobs" }));
    await reverse(books, "a");
    expect(await state(books)).toEqual({ value: 30n, pending: "0" });
    const usage = await usageById(books.tallyhook.services.store.read, "a" as UsageId);
    expect(usage).toMatchObject({ coveredBack: 30n, uncoveredBack: 70n });
    expect(await problems(books)).toEqual([]);
  });

  test("a fraction that is missing takes the unit back that others' fractions had made full", async () => {
    const books = await begin();
    await use(books, usageOf("a"), usageOf("b"));
    expect(await state(books)).toEqual({ value: 999n, pending: "0.2" });
    await reverse(books, "a");
    expect(await state(books)).toEqual({ value: 1000n, pending: "0.6" });
    expect(await problems(books)).toEqual([]);
  });

  test("a unit that was never covered is not given back as value", async () => {
    const books = await begin(100n);
    await use(books, usageOf("all", { meter: "jobs" }), usageOf("a"), usageOf("b"));
    await reverse(books, "a");
    expect(await state(books)).toEqual({ value: 0n, pending: "0.6" });
    expect(await usageById(books.tallyhook.services.store.read, "b" as UsageId)).toMatchObject({
      uncovered: 1n,
      uncoveredBack: 1n,
    });
    expect(await problems(books)).toEqual([]);
  });

  test("a unit that the others need stays, and goes back with the last of them", async () => {
    const books = await begin();
    await use(books, usageOf("a"), usageOf("b"), usageOf("c"));
    await reverse(books, "b");
    expect(await state(books)).toEqual({ value: 999n, pending: "0.2" });
    await reverse(books, "a");
    expect(await state(books)).toEqual({ value: 1000n, pending: "0.6" });
    await reverse(books, "c");
    expect(await state(books)).toEqual({ value: 1000n, pending: "0" });
    expect(await problems(books)).toEqual([]);
  });

  test("a lot that expired meanwhile gets the time it had left", async () => {
    const books = await begin(0n);
    const now = books.clock.now();
    await withValue(books, 100n, { expiresAt: now + 60n * second });
    await use(books, usageOf("a", { meter: "jobs" }));
    books.clock.advance(100);
    await reverse(books, "a");
    expect(await walletOf(books)).toMatchObject({ paid: 100n, nextExpiryAt: now + 160n * second });
    expect(await problems(books)).toEqual([]);
  });

  test("in any order, what is requested is the whole units of what is left; at the end all is back", async () => {
    const books = await begin(5n);
    let run = 0;
    const quantity = fc.constantFrom("1", "0.5", "2.25", "1.666", "10", "0.1");
    const history = fc.record({
      quantities: fc.array(quantity, { minLength: 1, maxLength: 6 }),
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(history, async ({ quantities, seed }) => {
        run += 1;
        const events = quantities.map((of, index) => usageOf(`r${run}-${index}`, { quantity: of }));
        await use(books, ...events);
        const order = events.map(({ id }) => id).sort((a, b) => (a + seed < b + seed ? -1 : 1));
        for (const id of order) expect((await reverse(books, id)).kind).toBe("reversed");
        expect(await state(books)).toEqual({ value: 5n, pending: "0" });
      }),
      { numRuns: 12 },
    );
    expect(await problems(books)).toEqual([]);
  });
});
