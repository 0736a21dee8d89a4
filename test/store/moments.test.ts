import { sql } from "kysely";
import { systemClock } from "../../src/domain/time.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { engines } from "../support/engines.ts";

let store: Store;
afterEach(() => store.close());
const open = async (databaseUrl: string) => {
  store = await openStore({ databaseUrl, migrate: true, clock: systemClock });
};

const action = (id: string) =>
  ({
    id,
    at: 1n,
    kind: "command",
    name: "somebody",
    role: null,
    requestId: null,
    address: null,
    formId: null,
    action: "wallet.grant",
    subject: null,
    reason: null,
    before: null,
    after: null,
  }) as const;
const seen = async ({ read }: Pick<Store, "read">) =>
  (await read.selectFrom("actions").select("id").orderBy("no").execute()).map(({ id }) => id);

describe.each(engines)("a moment on $name", ({ freshDatabaseUrl }) => {
  test("stays what it was while others write, and nothing is written through it", async () => {
    await open(await freshDatabaseUrl());
    await store.people.act(action("act_1"));
    const moment = await store.openMoment();
    expect(await seen(moment)).toEqual(["act_1"]);
    await store.people.act(action("act_2"));
    expect(await seen(moment)).toEqual(["act_1"]);
    await expect(moment.read.deleteFrom("actions").execute()).rejects.toThrow();
    await moment.close();
    const later = await store.openMoment();
    expect(await seen(later)).toEqual(["act_1", "act_2"]);
    await later.close();
  });

  test("begins with what is looked at first, also where that fails", async () => {
    await open(await freshDatabaseUrl());
    await store.people.act(action("act_1"));
    const moment = await store.openMoment((read) => seen({ read }));
    await store.people.act(action("act_2"));
    expect([moment.seen, await seen(moment)]).toEqual([["act_1"], ["act_1"]]);
    await moment.close();
    const failing = (read: Store["read"]) => sql`select nothing from nowhere`.execute(read);
    const failed = await Promise.allSettled(Array.from({ length: 12 }, () => store.openMoment(failing)));
    expect(new Set(failed.map(({ status }) => status))).toEqual(new Set(["rejected"]));
    const later = await store.openMoment((read) => seen({ read }));
    expect(later.seen).toEqual(["act_1", "act_2"]);
    await later.close();
  });

  test("of many that are wanted at once each gets its turn, also after one that failed", async () => {
    await open(await freshDatabaseUrl());
    await store.people.act(action("act_1"));
    const look = async (isWrong: boolean) => {
      const moment = await store.openMoment();
      try {
        if (isWrong) await sql`select nothing from nowhere`.execute(moment.read);
        return await seen(moment);
      } finally {
        await moment.close();
      }
    };
    const looks = await Promise.allSettled(Array.from({ length: 12 }, (_, index) => look(index % 3 === 0)));
    expect(looks.filter(({ status }) => status === "fulfilled")).toHaveLength(8);
    expect(await look(false)).toEqual(["act_1"]);
  });
});

test("a page that takes SQLite long keeps nobody else waiting", async () => {
  const [sqlite] = engines;
  await open((await sqlite?.freshDatabaseUrl()) as string);
  const moment = await store.openMoment();
  let ticks = 0;
  const ticking = setInterval(() => {
    ticks += 1;
  }, 5);
  await sql`with recursive counted(n) as (select 1 union all select n + 1 from counted where n < 600000)
    select max(n) from counted`.execute(moment.read);
  clearInterval(ticking);
  await moment.close();
  expect(ticks).toBeGreaterThan(5);
});
