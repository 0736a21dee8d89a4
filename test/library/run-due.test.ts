import { setTimeout as sleep } from "node:timers/promises";
import type { OutboxMessage } from "../../src/index.ts";
import type { TallyhookOptions } from "../../src/library/options.ts";
import { createTallyhook, type Tallyhook } from "../../src/library.ts";
import { startTallyhook } from "../http/running.ts";
import { engines } from "../support/engines.ts";
import { until } from "../support/until.ts";

const open: Tallyhook[] = [];
afterEach(async () => {
  for (const tallyhook of open.splice(0)) await tallyhook.close();
});

let now = 0;
beforeEach(() => {
  now = Date.parse("2026-01-01T00:00:00Z");
});
const clock = { now: () => new Date(now) };
const pass = (seconds: number) => {
  now += seconds * 1000;
};

async function library(databaseUrl: string, options: Partial<TallyhookOptions> = {}): Promise<Tallyhook> {
  const tallyhook = await createTallyhook({ databaseUrl, policy: {}, workers: false, clock, ...options });
  open.push(tallyhook);
  return tallyhook;
}

const promo = { kind: "promo", reason: "of a test" } as const;
const nothing = { complete: true, failed: [], events: 0, expired: 0, messages: 0 };

describe.each(engines)("without workers on $name", ({ name, freshDatabaseUrl }) => {
  test("nothing goes on by itself; a round does all that is due, and the next finds nothing", async () => {
    const told: OutboxMessage[] = [];
    const outbox = (message: OutboxMessage) => told.push(message);
    const tallyhook = await library(await freshDatabaseUrl(), { outbox });
    const wallet = tallyhook.wallet({ owner: "acme", currency: "USD" });
    await wallet.grant({ amount: 100n, ...promo, expiresAt: new Date(now + 60_000) });
    await wallet.grant({ amount: 5n, ...promo });
    await wallet.hold({ amount: 3n, expiresIn: 30 });
    expect(await tallyhook.runDue()).toEqual({ ...nothing, messages: 2 });
    pass(61);
    await sleep(30);
    expect(await wallet.balance()).toMatchObject({ balance: 105n, held: 3n });
    expect(await tallyhook.runDue({ seconds: 5 })).toEqual({ ...nothing, expired: 1, messages: 1 });
    expect(await wallet.balance()).toMatchObject({ balance: 5n, held: 0n, seq: 3 });
    expect(told.map(({ data }) => ("seq" in data ? data.seq : null))).toEqual([1, 2, 3]);
    expect(await tallyhook.runDue()).toEqual(nothing);
    expect(JSON.parse(JSON.stringify(await tallyhook.runDue()))).toEqual(nothing);
  });

  test("a message that was refused is due again later, and those of its wallet wait for it", async () => {
    const told: bigint[] = [];
    let isUp = false;
    const outbox = async ({ data }: OutboxMessage) => {
      if (!isUp) throw new Error("down");
      if ("balance" in data) told.push(data.balance);
    };
    const tallyhook = await library(await freshDatabaseUrl(), { outbox });
    const wallet = tallyhook.wallet({ owner: "acme", currency: "USD" });
    await wallet.grant({ amount: 1n, ...promo });
    await wallet.grant({ amount: 2n, ...promo });
    expect(await tallyhook.runDue()).toMatchObject({ complete: true, messages: 1 });
    isUp = true;
    expect(await tallyhook.runDue()).toMatchObject({ messages: 0 });
    pass(60);
    expect(await tallyhook.runDue()).toMatchObject({ messages: 2 });
    expect(told).toEqual([1n, 3n]);
  });

  test("a round ends soon after its time, says that it is not complete, and the next goes on", async () => {
    const told: string[] = [];
    const outbox = async ({ id }: OutboxMessage) => {
      await sleep(60);
      told.push(id);
    };
    const tallyhook = await library(await freshDatabaseUrl(), { outbox });
    const wallet = tallyhook.wallet({ owner: "acme", currency: "USD" });
    for (let count = 0; count < 12; count += 1) await wallet.grant({ amount: 1n, ...promo });
    const round = await tallyhook.runDue({ seconds: 0.3 });
    expect(round.complete).toBe(false);
    expect(told.length).toBeLessThan(12);
    while (!(await tallyhook.runDue({ seconds: 0.3 })).complete);
    expect([told.length, new Set(told).size]).toEqual([12, 12]);
  });

  test("several processes at once do each thing once", async () => {
    const databaseUrl = name === "postgres" ? await freshDatabaseUrl() : null;
    const told: string[] = [];
    const outbox = async ({ id }: OutboxMessage) => {
      await sleep(5);
      told.push(id);
    };
    const first = await library(databaseUrl ?? (await freshDatabaseUrl()), { outbox });
    const processes = databaseUrl === null ? [first] : [first, await library(databaseUrl, { outbox })];
    for (const owner of ["a", "b", "c", "d", "e"])
      await first
        .wallet({ owner, currency: "USD" })
        .grant({ amount: 1n, ...promo, expiresAt: new Date(now + 1000) });
    pass(2);
    const rounds = await Promise.all([...processes, ...processes].map((process) => process.runDue()));
    expect(rounds.reduce((sum, { expired }) => sum + expired, 0)).toBe(5);
    expect([told.length, new Set(told).size]).toEqual([10, 10]);
  });

  test("a server says how long nobody has worked; one that works says that it does", async () => {
    const databaseUrl = await freshDatabaseUrl();
    const idle = await startTallyhook(databaseUrl, { WORKERS: "off" });
    expect((await idle.get("/readyz")).body).toMatchObject({ worked_at: null, idle_seconds: null });
    expect(await idle.tallyhook.runDue({ seconds: 5 })).toMatchObject({ complete: true });
    const { worked_at } = (await idle.get<Record<string, string>>("/readyz")).body;
    expect(Date.now() - Date.parse(worked_at ?? "")).toBeLessThan(60_000);
    await idle.close();
    const working = await startTallyhook(await freshDatabaseUrl());
    const idleSeconds = async () => (await working.get<Record<string, unknown>>("/readyz")).body.idle_seconds;
    await until(async () => (await idleSeconds()) !== null);
    expect(await idleSeconds()).toBeLessThan(60);
    await working.close();
  });
});

test.each([0, -1, 86_401, "5", Number.NaN])("a round of %p seconds is refused", async (seconds) => {
  const tallyhook = await library("sqlite::memory:");
  await expect(tallyhook.runDue({ seconds: seconds as number })).rejects.toMatchObject({
    code: "seconds_invalid",
  });
  await expect(tallyhook.runDue({ second: 5 } as never)).rejects.toMatchObject({ code: "option_unknown" });
});
