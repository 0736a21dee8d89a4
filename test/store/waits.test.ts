import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CompiledQuery, sql } from "kysely";
import pg from "pg";
import type { Engine } from "../../src/store/engine/engine.ts";
import { openPostgres } from "../../src/store/engine/postgres.ts";
import { AskedAgain } from "../../src/store/engine/postgres-pool.ts";
import type { Store } from "../../src/store/store.ts";
import { engines } from "../support/engines.ts";
import { OpenStores } from "../support/open-stores.ts";
import { paddleWork } from "../support/paddle-work.ts";
import { connectTo } from "../support/postgres.ts";
import { projectRoot } from "../support/project-root.ts";

const stores = new OpenStores();
afterEach(() => stores.close());

const file = join(projectRoot, "fixtures/paddle/transaction.completed/top-up.json");
const completed = JSON.parse(readFileSync(file, "utf8"));

test("a batch on PostgreSQL waits for at most five answers, of new charges and of known ones", async () => {
  const databaseUrl = (await engines[1]?.freshDatabaseUrl()) as string;
  const store = await stores.open({ databaseUrl });
  // The first batch also meets accounts that nobody has used.
  await tell(store, "transaction.completed", [1]);
  const events = [2, 3, 4, 5];
  expect(await waitsDuring(() => tell(store, "transaction.completed", events))).toBeLessThanOrEqual(5);
  expect(await waitsDuring(() => tell(store, "transaction.updated", events))).toBeLessThanOrEqual(5);
});

test("a moment on PostgreSQL begins with its first look, and waits once for what is asked together", async () => {
  const databaseUrl = (await engines[1]?.freshDatabaseUrl()) as string;
  const store = await stores.open({ databaseUrl });
  const asking = (read: Store["read"]) => sql`select 1`.execute(read);
  await (await store.openMoment(asking)).close();
  const waits = await waitsDuring(async () => {
    const moment = await store.openMoment(asking);
    await Promise.all([asking(moment.read), asking(moment.read), asking(moment.read)]);
    await moment.close();
    await expect(asking(moment.read)).rejects.toThrow("The moment is over.");
  });
  // The beginning, what was asked, the end.
  expect(waits).toBe(3);
});

describe("what a connection of pages is asked for again", () => {
  const preparedOn = async (client: pg.Client) =>
    (await client.query("select statement from pg_prepared_statements order by statement")).rows.map(
      ({ statement }) => statement,
    );

  test("stays prepared; what was asked for least lately makes room, and is found again", async () => {
    const client = await connectTo((await engines[1]?.freshDatabaseUrl()) as string);
    try {
      const asked = new AskedAgain(3);
      const ask = async (statement: string) =>
        Object.values((await asked.query(client, statement, [7])).rows[0])[0];
      const [one, two, three, four] = [1, 2, 3, 4].map((n) => `select $1::int + ${n}`) as [
        string,
        string,
        string,
        string,
      ];
      for (const statement of [one, one, two, three]) await ask(statement);
      expect(await preparedOn(client)).toEqual([one]);
      expect([await ask(two), await ask(two)]).toEqual([9, 9]);
      await ask(four);
      expect(await preparedOn(client)).toEqual([two]);
      expect([await ask(one), await ask(one), await ask(one)]).toEqual([8, 8, 8]);
      expect(await preparedOn(client)).toEqual([one, two]);
    } finally {
      await client.end();
    }
  });
});

describe("of what was asked for together on PostgreSQL", () => {
  const ask = CompiledQuery.raw;
  const inBatch: Engine["inBatch"] = async (run) => {
    const url = (await engines[1]?.freshDatabaseUrl()) as string;
    const engine = openPostgres({ url, onConnectionLost: () => {} });
    try {
      return await engine.inBatch(run);
    } finally {
      await engine.close();
    }
  };

  test("the first failure is the reason, though who waits for a later answer hears of his before", async () => {
    const batch = inBatch(async (trx) => {
      const first = trx.executeQuery(ask("select 1 / 0"));
      first.catch(() => {});
      await trx.executeQuery(ask("select 1"));
    });
    await expect(batch).rejects.toMatchObject({ code: "22012" });
  });

  test("a failure that nobody waits for is not taken for a commit", async () => {
    const batch = inBatch(async (trx) => {
      trx.executeQuery(ask("select 1 / 0")).catch(() => {});
    });
    await expect(batch).rejects.toMatchObject({ code: "22012" });
  });

  test("nothing is asked any more once something failed: the connection may be another batch's", async () => {
    let late: Promise<unknown> | undefined;
    const batch = inBatch(async (trx) => {
      late = trx
        .executeQuery(ask("select 1"))
        .then(() => sleep(50))
        .then(() => trx.executeQuery(ask("select 2")));
      late.catch(() => {});
      await trx.executeQuery(ask("select 1 / 0"));
    });
    await expect(batch).rejects.toMatchObject({ code: "22012" });
    await expect(late).rejects.toThrow("The batch is over.");
  });

  test("what was decided wrongly is the reason where nothing failed", async () => {
    const batch = inBatch(async (trx) => {
      trx.executeQuery(ask("select 1")).catch(() => {});
      throw new Error("decided wrongly");
    });
    await expect(batch).rejects.toThrow("decided wrongly");
  });
});

async function tell(store: Store, type: string, charges: readonly number[]): Promise<void> {
  const { event_id, data } = completed;
  const ids = [event_id, data.id, data.details.line_items[0].id, data.payments[0].payment_attempt_id];
  const text = JSON.stringify({ ...completed, event_type: type });
  const events = charges.map((n) => ids.reduce((event, id) => event.replaceAll(id, `${id}_${n}`), text));
  const told = events.map((event) => JSON.parse(event.replaceAll(event_id, `${event_id}_${type}`)));
  const results = await Promise.all(told.map((event) => store.write(paddleWork(event, 1n))));
  expect(results.map(({ outcome }) => outcome)).toEqual(charges.map(() => "applied"));
}

/** How often something is asked while no answer is outstanding: each such question waits for the server. */
async function waitsDuring(run: () => Promise<unknown>): Promise<number> {
  const { query } = pg.Client.prototype;
  let [outstanding, waits] = [0, 0];
  const counting = function (this: pg.Client, ...given: unknown[]) {
    if (outstanding === 0) waits += 1;
    outstanding += 1;
    const answer = (query as (...args: unknown[]) => Promise<unknown>).apply(this, given);
    const answered = () => {
      outstanding -= 1;
    };
    answer.then(answered, answered);
    return answer;
  };
  pg.Client.prototype.query = counting as typeof query;
  try {
    await run();
  } finally {
    pg.Client.prototype.query = query;
  }
  return waits;
}
