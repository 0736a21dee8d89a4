import { sql } from "kysely";
import { systemClock } from "../../src/domain/time.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { createTestTallyhook, fixture, fixtures, paddle } from "../../src/testing/index.ts";
import { installationKey } from "../support/wallet-ids.ts";

const opened = () =>
  openStore({ databaseUrl: "sqlite::memory:", installationKey, migrate: true, clock: systemClock });

/** Every row of every table. */
async function contentOf({ read }: Store): Promise<Record<string, unknown[]>> {
  const named = sql<{ name: string }>`select name from sqlite_schema where type = 'table' order by name`;
  const content: Record<string, unknown[]> = {};
  for (const { name } of (await named.execute(read)).rows)
    content[name] = (await sql`select * from ${sql.table(name)}`.execute(read)).rows;
  return content;
}

/** What was booked, spent, limited and told: rows in most tables. */
async function live(): Promise<void> {
  const policy = { meters: [{ key: "tokens", prices: { USD: "1" } }] };
  const tallyhook = await createTestTallyhook({ policy });
  for (const name of fixtures().filter((name) => /^scenarios\/refund-a/.test(name)))
    await tallyhook.post(fixture(name as `scenarios/${string}`));
  await tallyhook.post(paddle.transaction({ customer: "ctm_1", total: 5000 }));
  const owner = "paddle:ctm_1";
  await tallyhook.owner(owner).setLimit({ id: "l", currency: "USD", amount: 900n, period: "month" });
  const wallet = tallyhook.wallet({ owner, currency: "USD" });
  await wallet.use({ id: "req_1", meter: "tokens", quantity: 1000 });
  await wallet.hold({ meter: "tokens", quantity: 1, expiresIn: 60 });
  await tallyhook.settled();
  await tallyhook.close();
}

test("a database in memory that is closed leaves nothing to the next one", async () => {
  const first = await opened();
  const fresh = await contentOf(first);
  await first.close();
  await live();
  const next = await opened();
  expect(await contentOf(next)).toEqual(fresh);
  // What the migrations wrote: theirs, the next number, the mark of account days, the installation's own.
  expect(Object.values(fresh).flat().length).toBe(4);
  await next.close();
});

test("those that are open at once have nothing in common, and a closed one is closed", async () => {
  const stores = [await opened(), await opened()] as const;
  await sql`update numbers set next = 1000`.execute(stores[0].read);
  const nextIn = async ({ read }: Store) =>
    (await sql<{ next: bigint }>`select next from numbers`.execute(read)).rows[0]?.next;
  expect([await nextIn(stores[0]), await nextIn(stores[1])]).toEqual([1000n, 1n]);
  await stores[0].close();
  await expect(nextIn(stores[0])).rejects.toThrow();
  const third = await opened();
  expect(await nextIn(third)).toBe(1n);
  await third.close();
  await stores[1].close();
});
