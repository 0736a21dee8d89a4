import fc from "fast-check";
import { sql } from "kysely";
import { dump } from "../../src/store/dump.ts";
import type { Store } from "../../src/store/store.ts";
import { engines } from "../support/engines.ts";
import { OpenStores } from "../support/open-stores.ts";
import { type PaddleEvent, paddleHistory } from "../support/paddle-history.ts";
import { paddleWork } from "../support/paddle-work.ts";

import.meta.jest.setTimeout(120_000);

const stores = new OpenStores();
afterEach(() => stores.close());

const clock = { now: () => 1_767_225_600_000_000_000n };

/** Histories of many customers, so that charges and wallets of one batch are many. */
const history: PaddleEvent[] = fc.sample(paddleHistory, { numRuns: 60, seed: 5 }).flatMap((events, run) => {
  const text = JSON.stringify(events).replaceAll(
    /"((?:evt|txn|adj|ctm|ntf|txnitm|attempt|sub)_)/g,
    `"$1${run}_`,
  );
  return JSON.parse(text) as PaddleEvent[];
});

test.each(engines)(
  "three writers who hear the same events at once keep one set of books on $name",
  async (engine) => {
    const databaseUrl = await engine.freshDatabaseUrl();
    const three = await Promise.all([1, 2, 3].map(() => stores.open({ databaseUrl, clock })));
    const results = await Promise.all(
      three.map((store) => Promise.all(history.map((event) => store.write(paddleWork(event, 1n))))),
    );
    const applied = results.flat().filter(({ outcome }) => outcome !== "duplicate");
    expect(applied).toHaveLength(history.length);
    const [first] = three as [Store];
    const together = await dump(first.read);

    const alone = await stores.open({ databaseUrl: await engine.freshDatabaseUrl(), clock });
    for (const event of history) await alone.write(paddleWork(event, 1n));
    expect(orderFree(together)).toEqual(orderFree(await dump(alone.read)));
    if (engine.name === "postgres") expect(await deadlocksOf(first)).toBe(0n);
  },
);

/** What does not depend on the order in which events came: what they say, and what is known of movements by it. */
function orderFree(text: string): string[] {
  return text.split("\n").filter((line) => /^(facts|movements) /.test(line));
}

async function deadlocksOf(store: Store): Promise<bigint | undefined> {
  const { rows } = await sql<{ deadlocks: bigint }>`
    select deadlocks from pg_stat_database where datname = current_database()`.execute(store.read);
  return rows[0]?.deadlocks;
}
