import type { Store } from "../../src/store/store.ts";
import { engines } from "../support/engines.ts";
import { OpenStores } from "../support/open-stores.ts";
import { connectTo } from "../support/postgres.ts";
import {
  changingWallet,
  countingLotsAfter,
  heavyWork,
  openingLot,
  storingEvent,
  undecidable,
} from "../support/small-works.ts";

const stores = new OpenStores();
afterEach(() => stores.close());

const countEvents = async (store: Store) => {
  const { count } = await store.read
    .selectFrom("events")
    .select((events) => events.fn.countAll<bigint>().as("count"))
    .executeTakeFirstOrThrow();
  return Number(count);
};

const paidOf = async (store: Store, owner: string) => {
  const wallet = await store.read
    .selectFrom("wallets")
    .select("paid")
    .where("owner", "=", owner)
    .executeTakeFirst();
  return wallet?.paid;
};

describe.each(engines)("the write queue on $name", ({ freshDatabaseUrl }) => {
  test("stores more works than fit into a batch, each with its own result", async () => {
    const store = await stores.open({ databaseUrl: await freshDatabaseUrl() });
    const names = Array.from({ length: 200 }, (_, index) => `evt_${index % 150}`);
    const results = await Promise.all(names.map((name) => store.write(storingEvent(name))));
    expect(results).toEqual(names.map((_, index) => (index < 150 ? "stored" : "duplicate")));
    expect(await countEvents(store)).toBe(150);
  });

  test("takes no more heavy works into one batch than keep it short, and one at least", async () => {
    const store = await stores.open({ databaseUrl: await freshDatabaseUrl() });
    const weights = [400, 400, 400, 5_000, 1, 1];
    const books = await Promise.all(weights.map((weight) => store.write(heavyWork(weight))));
    const batches = [...Map.groupBy(weights.keys(), (index) => books[index]).values()];
    const heaviest = batches.map((batch) => batch.map((index) => weights[index] as number));
    for (const batch of heaviest.filter(({ length }) => length > 1))
      expect(batch.reduce((sum, weight) => sum + weight, 0)).toBeLessThanOrEqual(1_000);
    expect(heaviest.length).toBeGreaterThanOrEqual(3);
    expect(heaviest).toContainEqual(expect.arrayContaining([400, 400]));
  });

  test("refuses a work whose needs cannot be read, and takes the next", async () => {
    const store = await stores.open({ databaseUrl: await freshDatabaseUrl() });
    const unreadable = { needs: { charges: 5 as unknown as [] }, decide: () => null };
    await expect(store.write(unreadable)).rejects.toThrow(TypeError);
    expect(await store.write(storingEvent("a"))).toBe("stored");
  });

  test("resolves only after the commit", async () => {
    const store = await stores.open({ databaseUrl: await freshDatabaseUrl() });
    for (let count = 1; count <= 5; count += 1) {
      await store.write(storingEvent(`evt_${count}`));
      expect(await countEvents(store)).toBe(count);
    }
  });

  test("lets a work that cannot be decided fail alone, without a trace", async () => {
    const store = await stores.open({ databaseUrl: await freshDatabaseUrl() });
    const writes = [storingEvent("a"), undecidable, storingEvent("b")].map((work) => store.write(work));
    expect(await Promise.allSettled(writes)).toEqual([
      { status: "fulfilled", value: "stored" },
      { status: "rejected", reason: new Error("It cannot be decided.") },
      { status: "fulfilled", value: "stored" },
    ]);
    const events = await store.read.selectFrom("events").select("provider_event_id").execute();
    expect(events.map((event) => event.provider_event_id).sort()).toEqual(["a", "b"]);
  });

  test("lets a work that the database refuses fail alone: no wallet goes below zero", async () => {
    const store = await stores.open({ databaseUrl: await freshDatabaseUrl() });
    const works = [changingWallet("ann", 5n), changingWallet("bob", -1n), storingEvent("a")];
    const [ann, bob, event] = await Promise.allSettled(works.map((work) => store.write<unknown>(work)));
    expect([ann?.status, bob?.status, event?.status]).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(bob).toMatchObject({
      reason: { code: expect.stringMatching(/^(SQLITE_CONSTRAINT_CHECK|23514)$/) },
    });
    expect(await paidOf(store, "ann")).toBe(5n);
    expect(await paidOf(store, "bob")).toBeUndefined();
  });

  test("reads what only a neighbour in the same batch made known", async () => {
    const store = await stores.open({ databaseUrl: await freshDatabaseUrl() });
    const wallet = await store.write(openingLot("ann"));
    const [, lots] = await Promise.all([
      store.write(storingEvent("first")),
      store.write(countingLotsAfter("first", wallet)),
    ]);
    expect(lots).toBe(1);
  });

  test("gives what two stores write at once to the one database once", async () => {
    const databaseUrl = await freshDatabaseUrl();
    const pair = [await stores.open({ databaseUrl }), await stores.open({ databaseUrl })];
    const names = Array.from({ length: 300 }, (_, index) => `evt_${index}`);
    const results = await Promise.all(
      pair.map((store) => Promise.all(names.map((name) => store.write(storingEvent(name))))),
    );
    expect(results.flat().filter((result) => result === "stored")).toHaveLength(names.length);
    expect(await countEvents(pair[0] as Store)).toBe(names.length);
  });

  test("loses no change of a wallet that several stores change at once", async () => {
    const databaseUrl = await freshDatabaseUrl();
    const three = await Promise.all([1, 2, 3].map(() => stores.open({ databaseUrl })));
    const owners = ["ann", "bob", "cy", "dan"];
    const works = Array.from({ length: 60 }, (_, index) => owners[index % owners.length] as string);
    // Each store meets the owners in another order: locks taken as they come would lock the stores out.
    await Promise.all(
      three.flatMap((store, turn) =>
        works.map((_, index) => store.write(changingWallet(works[(index * (turn + 1)) % 60] as string, 1n))),
      ),
    );
    const paid = await Promise.all(owners.map((owner) => paidOf(three[0] as Store, owner)));
    expect(paid.reduce((total, amount) => (total ?? 0n) + (amount ?? 0n), 0n)).toBe(180n);
  });

  test("finishes what waits when it is closed, and takes nothing after that", async () => {
    const databaseUrl = await freshDatabaseUrl();
    const store = await stores.open({ databaseUrl });
    const writes = Array.from({ length: 100 }, (_, index) => store.write(storingEvent(`evt_${index}`)));
    await store.close();
    expect(await Promise.all(writes)).toHaveLength(100);
    await expect(store.write(storingEvent("late"))).rejects.toThrow("closed");
    expect(await countEvents(await stores.open({ databaseUrl }))).toBe(100);
  });
});

test("survives that PostgreSQL cuts every connection in the middle", async () => {
  const databaseUrl = (await engines[1]?.freshDatabaseUrl()) as string;
  const store = await stores.open({ databaseUrl });
  const names = Array.from({ length: 3000 }, (_, index) => `evt_${index}`);
  let done = 0;
  const writes = names.map((name) => store.write(storingEvent(name)).finally(() => (done += 1)));
  while (done < 500) await new Promise(setImmediate);
  await cutConnections(databaseUrl);
  const results = await Promise.all(writes);
  // What was committed when the answer was lost is found again: it is there once.
  expect(new Set(results)).toEqual(
    results.includes("duplicate") ? new Set(["stored", "duplicate"]) : new Set(["stored"]),
  );
  expect(await countEvents(store)).toBe(names.length);
});

async function cutConnections(databaseUrl: string): Promise<void> {
  const client = await connectTo(databaseUrl);
  await client.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
  );
  await client.end();
}
