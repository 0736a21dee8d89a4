import { sql } from "kysely";
import { engines } from "../support/engines.ts";
import { OpenStores } from "../support/open-stores.ts";
import { storingEvent } from "../support/small-works.ts";

const stores = new OpenStores();
afterEach(() => stores.close());

const [sqlite] = engines;

/** Takes a SQLite some seconds. */
const counting = sql<{ counted: bigint }>`
  with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 3000000)
  select count(*) as counted from numbers
`;

describe.each(engines)("beside the serving thread on $name", ({ freshDatabaseUrl }) => {
  test("what was committed is read, whole numbers are exact, and nothing can be written", async () => {
    const store = await stores.open({ databaseUrl: await freshDatabaseUrl() });
    await store.write(storingEvent("one"));
    const events = await store.aside.selectFrom("events").select(["type", "received_at"]).execute();
    expect(events).toMatchObject([{ received_at: expect.any(BigInt) }]);
    await expect(store.aside.deleteFrom("policies").execute()).rejects.toThrow(/read-?only/);
    await expect(sql`select nothing from nowhere`.execute(store.aside)).rejects.toMatchObject({
      code: expect.stringMatching(/SQLITE_ERROR|42P01/),
    });
  });
});

test("while a file is searched, deliveries are stored", async () => {
  const store = await stores.open({ databaseUrl: (await sqlite?.freshDatabaseUrl()) as string });
  let isCounted = false;
  const counted = counting.execute(store.aside).then(({ rows }) => {
    isCounted = true;
    return rows;
  });
  await store.write(storingEvent("meanwhile"));
  expect(isCounted).toBe(false);
  expect(await counted).toEqual([{ counted: 3_000_000n }]);
});
