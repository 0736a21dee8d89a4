import type { Usage } from "../../../src/domain/spending/usage.ts";
import { readStatement } from "../../../src/services/spending/wallets.ts";
import type { Page } from "../../../src/store/engine/read/page.ts";
import { usageOfLine } from "../../../src/store/wallets/read/explanation.ts";
import { listUsage } from "../../../src/store/wallets/read/usage.ts";
import { dump } from "../../support/dump.ts";
import { engines } from "../../support/engines.ts";
import { walletId } from "../../support/wallet-ids.ts";
import { type Composed, closeAll } from "../composed.ts";
import { acme, metered, problems, usageOf, use, walletOf, withValue } from "./spending.ts";

afterEach(closeAll);

describe.each(engines)("usage on $name", ({ freshDatabaseUrl }) => {
  const begin = async (policy: object = {}): Promise<Composed> => metered(await freshDatabaseUrl(), policy);
  const statement = async ({ tallyhook }: Composed) =>
    (await readStatement(tallyhook.services, acme, {}, { limit: 100, after: null }))?.rows ?? [];

  test("costs its quantity at the price in force; fractions of a unit wait until they are whole", async () => {
    const books = await begin();
    await withValue(books, 1000n);
    const results = await use(books, usageOf("a"), usageOf("b"), usageOf("c", { quantity: "10.5" }));
    expect(results.map((result) => "usage" in result && result.usage.requested)).toEqual([0n, 1n, 6n]);
    expect(await walletOf(books)).toMatchObject({ paid: 993n, pending: "0.5" });
    expect(await problems(books)).toEqual([]);
  });

  test("of one wallet and batch is one line, and names each wallet once", async () => {
    const books = await begin();
    await withValue(books, 1000n);
    await use(
      books,
      ...["a", "b", "c"].map((id) => usageOf(id, { meter: "jobs" })),
      usageOf("d", { payer: { owner: "zen" }, meter: "jobs" }),
    );
    expect((await statement(books)).map(({ kind, amount }) => [kind, amount])).toEqual([
      ["usage", -300n],
      ["grant", 1000n],
    ]);
    expect(await problems(books)).toEqual([]);
  });

  test("shares what is the same for a batch: a row for each wallet, meter and price, however they alternate", async () => {
    const books = await begin();
    const { read } = books.tallyhook.services.store;
    await withValue(books, 1000n);
    const names = Array.from({ length: 150 }, (_, index) => `u${index}`);
    await use(
      books,
      ...names.map((id, index) =>
        usageOf(id, {
          payer: { owner: index % 10 === 9 ? "zen" : "acme" },
          meter: index % 3 === 0 ? "calls" : "tokens",
        }),
      ),
    );
    const tallies = await read.selectFrom("tallies").select(["meter", "price"]).orderBy("no").execute();
    expect(tallies).toEqual([
      { meter: "calls", price: "0.6" },
      { meter: "tokens", price: "0.0381" },
      { meter: "calls", price: "0.6" },
      { meter: "tokens", price: "0.0381" },
    ]);
    const { rows } = await listUsage(read, {}, { limit: 200, after: null });
    expect(rows.map(({ id }) => id)).toEqual(names.toReversed());
    // Nearly all of it cost less than a unit, and is of no line.
    const borne = rows.filter(({ seq }) => seq !== null);
    expect(borne.length).toBeLessThan(60);
    expect(borne.every(({ requested }) => requested > 0n)).toBe(true);
    const left = rows.find(({ walletId }) => walletId === acme);
    expect(left?.balanceAfter).toBe((await walletOf(books)).paid);
    // Of the line page by page, whatever it shares.
    const ofLine: string[] = [];
    const line = { seq: 2, isReversal: false };
    for (let after: string | null = null; ; ) {
      const page: Page<Usage> = await usageOfLine(read, acme, line, { limit: 3, after });
      ofLine.push(...page.rows.map(({ id }) => id));
      after = page.next;
      if (after === null) break;
    }
    expect(ofLine).toEqual(borne.filter(({ walletId }) => walletId === acme).map(({ id }) => id));
    await use(books, usageOf("later"));
    expect(await read.selectFrom("tallies").select("no").execute()).toHaveLength(5);
    expect(await problems(books)).toEqual([]);
  });

  test("never takes a wallet below zero: what is missing is uncovered, and told", async () => {
    const books = await begin();
    await withValue(books, 250n);
    const results = await use(books, ...["a", "b", "c", "d"].map((id) => usageOf(id, { meter: "jobs" })));
    expect(
      results.map((result) => "usage" in result && [result.usage.covered, result.usage.uncovered]),
    ).toEqual([
      [100n, 0n],
      [100n, 0n],
      [50n, 50n],
      [0n, 100n],
    ]);
    expect(await walletOf(books)).toMatchObject({ paid: 0n });
    expect(await dump(books.tallyhook.services.store.read)).toContain("wallet.debit_uncovered");
    expect(await problems(books)).toEqual([]);
  });

  test("sent again gives the first result, also within one batch; other content of its id changes nothing", async () => {
    const books = await begin();
    await withValue(books, 1000n);
    const first = usageOf("a", { meter: "jobs", quantity: "2.50" });
    const [applied, duplicate] = await use(books, first, first);
    expect(duplicate).toEqual({ ...applied, outcome: "duplicate" });
    const before = await dump(books.tallyhook.services.store.read);
    const again = await use(
      books,
      { ...first, quantity: "2.5" },
      { ...first, currency: null },
      { ...first, quantity: 3 },
      { ...first, meter: "calls" },
      { ...first, payer: { owner: "zen" } },
      { ...first, currency: "EUR" },
      { ...first, occurredAt: 1n },
    );
    expect(again.map(({ outcome }) => outcome)).toEqual([
      "duplicate",
      "duplicate",
      ...Array(5).fill("conflict"),
    ]);
    const elsewhere = again.flatMap((one) => (one.outcome === "conflict" ? [one.isElsewhere] : []));
    expect(elsewhere).toEqual([false, false, true, true, false]);
    expect(again[0]).toEqual(duplicate);
    expect(await dump(books.tallyhook.services.store.read)).toBe(before);
  });

  test.each<[string, Parameters<typeof usageOf>[1], string]>([
    ["a negative quantity", { quantity: "-1" }, "quantity_invalid"],
    ["a negative number", { quantity: -1 }, "quantity_invalid"],
    ["not a number", { quantity: Number.NaN }, "quantity_invalid"],
    ["a fraction as a number, which may not be what it seems", { quantity: 0.1 }, "quantity_invalid"],
    ["a number that is not exact", { quantity: 2 ** 53 }, "quantity_invalid"],
    ["a unit", { quantity: "5kg" }, "quantity_invalid"],
    ["an exponent", { quantity: "1e3" }, "quantity_invalid"],
    ["nothing", { quantity: "" }, "quantity_invalid"],
    ["thirteen decimals", { quantity: "0.0000000000001" }, "quantity_invalid"],
    ["more than 64 bits", { meter: "jobs", quantity: "92233720368547758.08" }, "cost_out_of_range"],
    ["an unknown meter", { meter: "miles" }, "unknown_meter"],
    ["a currency without a price", { currency: "EUR" }, "no_price"],
    ["an unknown wallet", { payer: { walletId: walletId("nobody", "USD") } }, "unknown_wallet"],
    [
      "a currency that is not the wallet's",
      { payer: { walletId: acme }, currency: "EUR" },
      "currency_mismatch",
    ],
    [
      "several currencies to choose from",
      { payer: { owner: "zen" }, meter: "tokens", currency: null },
      "currency_required",
    ],
    ["an id that wallets give", {}, "id_reserved"],
  ])("rejects %s, and nothing else of the batch", async (what, of, reason) => {
    const books = await begin();
    await withValue(books, 1000n);
    const id = what === "an id that wallets give" ? `${acme}.hold1` : "bad";
    const results = await use(
      books,
      usageOf("a", { meter: "jobs" }),
      usageOf(id, of),
      usageOf("b", { meter: "jobs" }),
    );
    expect(results.map(({ outcome }) => outcome)).toEqual(["applied", "rejected", "applied"]);
    expect(results[1]).toMatchObject({ reason });
    expect(await walletOf(books)).toMatchObject({ paid: 800n });
    const [again] = await use(books, usageOf("bad", { meter: "jobs" }));
    expect(again?.outcome).toBe("applied");
  });

  test("rejects what would make the batch's line more than 64 bits hold, and keeps what fits", async () => {
    const books = await begin();
    const huge = { meter: "jobs", quantity: "60000000000000000" };
    const results = await use(books, usageOf("a", huge), usageOf("b", huge), usageOf("c", { meter: "jobs" }));
    expect(results.map(({ outcome }) => outcome)).toEqual(["applied", "rejected", "applied"]);
    expect(await problems(books)).toEqual([]);
  });

  test("of an owner without a wallet opens one; a bad one opens none", async () => {
    const books = await begin();
    const zen = { payer: { owner: "zen" } };
    await use(
      books,
      usageOf("a", { ...zen, currency: "EUR", meter: "tokens" }),
      usageOf("b", { payer: { owner: "bad" }, quantity: "x" }),
    );
    expect(await walletOf(books, walletId("zen", "EUR"))).toMatchObject({ pending: "0.0352", seq: 0 });
    await expect(walletOf(books, walletId("bad", "USD"))).rejects.toThrow("There is no wallet");
    const [found] = await use(books, usageOf("c", { ...zen, currency: null, meter: "tokens" }));
    expect(found).toMatchObject({ outcome: "applied", usage: { currency: "EUR" } });
    expect(await problems(books)).toEqual([]);
  });

  test("is priced by what was in force when it was applied, and never again", async () => {
    const databaseUrl = await freshDatabaseUrl();
    const from = "2026-01-05T00:01:00Z";
    const books = await metered(databaseUrl, {
      meters: [
        { key: "jobs", prices: { USD: "100" } },
        { key: "jobs", prices: { USD: "300" }, from },
      ],
    });
    await withValue(books, 1000n);
    await use(books, usageOf("a", { meter: "jobs" }));
    books.clock.advance(60);
    const results = await use(books, usageOf("b", { meter: "jobs" }), usageOf("a", { meter: "jobs" }));
    expect(results.map((result) => "usage" in result && result.usage.requested)).toEqual([300n, 100n]);
    expect(await walletOf(books)).toMatchObject({ paid: 600n });
    expect(await problems(books)).toEqual([]);
  });

  test("tells of a low balance when it falls below, and not again while it is low", async () => {
    const books = await begin({ low_balance: { USD: "500" } });
    await withValue(books, 700n);
    for (const id of ["a", "b", "c", "d"]) await use(books, usageOf(id, { meter: "jobs" }));
    const told = (await dump(books.tallyhook.services.store.read)).match(/"type":"wallet.low_balance"/g);
    expect(told).toHaveLength(1);
  });

  test("of many at once leaves exactly what is left, whoever comes first", async () => {
    const books = await begin();
    await withValue(books, 5_000n);
    const results = await Promise.all(
      Array.from({ length: 64 }, (_, index) => use(books, usageOf(`u${index}`, { meter: "jobs" }))),
    );
    const covered = results.flat().map((result) => ("usage" in result ? result.usage.covered : -1n));
    expect(covered.filter((amount) => amount === 100n)).toHaveLength(50);
    expect(covered.filter((amount) => amount === 0n)).toHaveLength(14);
    expect(await walletOf(books)).toMatchObject({ paid: 0n });
    expect(await problems(books)).toEqual([]);
  });

  test("takes a thousand at once, and refuses one more", async () => {
    const books = await begin();
    await withValue(books, 1_000_000n);
    const events = Array.from({ length: 1000 }, (_, index) => usageOf(`u${index}`));
    expect(new Set((await use(books, ...events)).map(({ outcome }) => outcome))).toEqual(
      new Set(["applied"]),
    );
    expect(await walletOf(books)).toMatchObject({ paid: 999_400n, pending: "0", seq: 2 });
    await expect((async () => use(books, ...events, usageOf("one more")))()).rejects.toThrow(RangeError);
  });
});
