import fc from "fast-check";
import type { ChargeRecord } from "../../src/domain/books.ts";
import type { WalletId } from "../../src/domain/ids.ts";
import { defaultPolicy, type Policy } from "../../src/domain/policy/policy.ts";
import type { Lot } from "../../src/domain/wallet/wallet.ts";
import type { Store } from "../../src/store/store.ts";
import { byQuarter } from "../domain/build.ts";
import { dump } from "../support/dump.ts";
import { engines } from "../support/engines.ts";
import { MemoryBooks } from "../support/memory-books.ts";
import { OpenStores } from "../support/open-stores.ts";
import { type PaddleEvent, paddleHistory } from "../support/paddle-history.ts";
import { paddleWork } from "../support/paddle-work.ts";
import { probing } from "../support/probe.ts";

const now = 1_767_225_600_000_000_000n;

const stores = new OpenStores();
const open = (databaseUrl: string) => stores.open({ databaseUrl, clock: { now: () => now } });

afterEach(() => stores.close());

function writeAll(store: Store, events: readonly PaddleEvent[], under: Policy = defaultPolicy) {
  const policies = { current: under, version: () => under };
  return Promise.all(events.map((event) => store.write(paddleWork(event, now, policies))));
}

/** With and without debts, lots that expire, and lines that lower the wallet. */
const policy: fc.Arbitrary<Policy> = fc
  .record({
    onUncoveredReversal: fc.constantFrom("write_off" as const, "recover" as const),
    default: fc.record({
      effect: fc.constant("top_up" as const),
      basis: fc.constantFrom("grand_total" as const, "total" as const),
      priority: fc.constantFrom(0, 3),
      expiresAfterDays: fc.constantFrom(null, 1),
    }),
    rules: fc.constantFrom(
      [],
      [{ match: { priceRef: "pri_addon" }, rule: { ...defaultPolicy.default, effect: "debit" as const } }],
    ),
  })
  .map((drawn) => ({ ...defaultPolicy, ...drawn }));

/** Events of the same charges, made anew for each history: ids must not meet in one database. */
function renamed(history: readonly PaddleEvent[], run: number): PaddleEvent[] {
  const text = JSON.stringify(history).replaceAll(
    /"((?:evt|txn|adj|ctm|ntf|txnitm|attempt|sub)_)/g,
    `"$1${run}_`,
  );
  return JSON.parse(text) as PaddleEvent[];
}

const byOrdinal = (a: Lot, b: Lot) => a.ordinal - b.ordinal;

/** A record without what our clock said: memory and store do not have the same one. */
function comparable(record: ChargeRecord) {
  const { posted, walletLines, facts, charge, ...rest } = record;
  const folded = charge && {
    ...charge,
    movements: charge.movements.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  };
  return {
    ...rest,
    charge: folded,
    facts: new Set(facts),
    posted: byQuarter(posted),
    walletLines: walletLines.map(({ postedAt, ...line }) => line),
  };
}

describe.each(engines)("books on $name", ({ freshDatabaseUrl }) => {
  test("come back as they were decided, whether stored in batches or alone", async () => {
    const store = await open(await freshDatabaseUrl());
    let run = 0;
    await fc.assert(
      fc.asyncProperty(paddleHistory, policy, fc.boolean(), async (drawn, under, inBatches) => {
        const history = renamed(drawn, ++run);
        const memory = new MemoryBooks(under).applyAll(history);
        if (inBatches) await writeAll(store, history, under);
        else for (const event of history) await writeAll(store, [event], under);
        for (const expected of memory.all().records) {
          const wallet = expected.pin?.walletId ?? null;
          const stored = await store.write(probing(expected.key, wallet));
          expect(comparable(stored.record)).toEqual(comparable(expected));
          expectSameWallet(stored.wallet, memory, wallet);
        }
      }),
      { numRuns: 25 },
    );
  });

  function expectSameWallet(stored: MemoryWallet, memory: MemoryBooks, id: WalletId | null) {
    const expected = memory.wallet(id);
    if (expected === undefined || stored === undefined) return expect(stored).toBe(expected);
    const { lots, ...totals } = expected;
    expect(stored).toMatchObject(totals);
    // Lots that are used up are read only where a charge may give something back to them.
    const withValue = (of: readonly Lot[]) => of.filter((lot) => lot.remaining > 0n).toSorted(byOrdinal);
    expect(withValue(stored.lots)).toEqual(withValue(lots));
  }

  test("are the same again after every event is delivered twice more", async () => {
    const store = await open(await freshDatabaseUrl());
    const history = fc.sample(paddleHistory, { numRuns: 5, seed: 3 }).flatMap(renamed);
    await writeAll(store, history);
    const before = await dump(store.read);
    const results = await writeAll(store, [...history, ...history]);
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(["duplicate"]));
    expect(await dump(store.read)).toBe(before);
  });
});

test("are the same on both engines", async () => {
  const history = fc.sample(paddleHistory, { numRuns: 12, seed: 11 }).flatMap(renamed);
  const dumps: string[] = [];
  for (const engine of engines) {
    const store = await open(await engine.freshDatabaseUrl());
    for (const event of history) await store.write(paddleWork(event, now));
    dumps.push(await dump(store.read));
  }
  expect(dumps[0]).toMatch(/^lot_moves /m);
  expect(dumps[1]).toBe(dumps[0]);
});

type MemoryWallet = ReturnType<MemoryBooks["wallet"]>;
