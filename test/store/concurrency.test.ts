import fc from "fast-check";
import { sql } from "kysely";
import type { Store } from "../../src/store/store.ts";
import { dump } from "../support/dump.ts";
import { engines } from "../support/engines.ts";
import { OpenStores } from "../support/open-stores.ts";
import { type PaddleEvent, paddleHistory } from "../support/paddle-history.ts";
import { paddleWork } from "../support/paddle-work.ts";
import { connectTo } from "../support/postgres.ts";
import { storingEvent } from "../support/small-works.ts";

const stores = new OpenStores();
afterEach(() => stores.close());

const clock = { now: () => 1_767_225_600_000_000_000n };

/** Histories of many customers, so that charges and wallets of one batch are many. */
const history: PaddleEvent[] = fc.sample(paddleHistory, { numRuns: 20, seed: 5 }).flatMap((events, run) => {
  const text = JSON.stringify(events).replaceAll(
    /"((?:evt|txn|adj|ctm|ntf|txnitm|attempt|sub)_)/g,
    `"$1${run}_`,
  );
  return JSON.parse(text) as PaddleEvent[];
});

/** Rows that are stored as they come would lock writers out who hear them in another order. */
const orders = [history, history.toReversed(), [...history.slice(50), ...history.slice(0, 50)]];

test.each(engines)(
  "three writers who hear the same events at once keep one set of books on $name",
  async (engine) => {
    const databaseUrl = await engine.freshDatabaseUrl();
    const three = await Promise.all([1, 2, 3].map(() => stores.open({ databaseUrl, clock })));
    const results = await Promise.all(
      three.map((store, turn) =>
        Promise.all((orders[turn] ?? history).map((event) => store.write(paddleWork(event, 1n)))),
      ),
    );
    if (engine.name === "postgres") expect(await deadlocksOf(three[0] as Store)).toBe(0n);
    const applied = results.flat().filter(({ outcome }) => outcome !== "duplicate");
    expect(applied).toHaveLength(history.length);
    const [first] = three as [Store];
    const together = await dump(first.read);

    const alone = await stores.open({ databaseUrl: await engine.freshDatabaseUrl(), clock });
    for (const event of history) await alone.write(paddleWork(event, 1n));
    expect(orderFree(together)).toEqual(orderFree(await dump(alone.read)));
  },
);

test("writers who meet the same new rows in another order never lock each other out on PostgreSQL", async () => {
  const databaseUrl = (await engines[1]?.freshDatabaseUrl()) as string;
  const [first, second] = [await stores.open({ databaseUrl }), await stores.open({ databaseUrl })];
  await slowDownInserts(databaseUrl);
  for (let round = 0; round < 3; round += 1) {
    const names = Array.from({ length: 64 }, (_, index) => `evt_${round}_${index}`);
    await Promise.all([
      ...names.map((name) => first.write(storingEvent(name))),
      ...names.toReversed().map((name) => second.write(storingEvent(name))),
    ]);
  }
  expect(await deadlocksOf(first)).toBe(0n);
});

/** What does not depend on the order in which events came: what they say, and what is known of movements by it. */
function orderFree(text: string): string[] {
  return text.split("\n").filter((line) => /^(facts|movements) /.test(line));
}

/** So slow that two batches which are written at once meet in the middle. */
async function slowDownInserts(databaseUrl: string): Promise<void> {
  const client = await connectTo(databaseUrl);
  await client.query(`
    create function nap() returns trigger language plpgsql as $$ begin perform pg_sleep(0.003); return new; end $$;
    create trigger nap before insert on events for each row execute function nap()`);
  await client.end();
}

async function deadlocksOf(store: Store): Promise<bigint | undefined> {
  const { rows } = await sql<{ deadlocks: bigint }>`
    select deadlocks from pg_stat_database where datname = current_database()`.execute(store.read);
  return rows[0]?.deadlocks;
}
