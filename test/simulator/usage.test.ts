import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { meterPolicy } from "../../src/simulator/usage/meters.ts";
import { tellUsage } from "../../src/simulator/usage/tell-usage.ts";
import { afterUsage } from "../../src/simulator/usage/truth.ts";
import type { UsageCall } from "../../src/simulator/usage/usage-call.ts";
import { buildWorld } from "../../src/simulator/world.ts";
import { keys, type Running } from "../http/running.ts";
import { engines } from "../support/engines.ts";
import { disagreementsWith, post, scrambled, startServer } from "./against-a-server.ts";

const folder = mkdtempSync(join(tmpdir(), "tallyhook-usage-"));
const policyFile = join(folder, "policy.json");
writeFileSync(policyFile, JSON.stringify(meterPolicy()));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const world = buildWorld({ customers: 12, months: 2, seed: "usage" });
const truth = afterUsage(world.truth, world.usage);

describe.each(engines)("what customers of a simulated world use, told on $name", ({ freshDatabaseUrl }) => {
  let server: Running;
  beforeAll(async () => {
    server = await startServer(await freshDatabaseUrl(), { POLICY_FILE: policyFile });
    await post(server, scrambled(world.emissions, "1"), 8);
  });
  afterAll(() => server.close());

  const tell = (calls: readonly UsageCall[], batch: number) =>
    tellUsage(calls, { url: server.url, apiKey: keys.app, batch });

  test("without the last of it: exactly that, and its wallet, are wrong", async () => {
    const lost = world.usage.at(-1);
    await tell(world.usage.slice(0, -1), 50);
    const found = (await disagreementsWith(server, { truth })).map(({ about }) => about);
    expect([...new Set(found)]).toEqual([`wallet ${lost?.owner} ${lost?.currency}`, `usage ${lost?.id}`]);
  });

  test("with it, again and in other batches: every cost, what is covered of it, and every wallet is the true one", async () => {
    const outcomes = await tell(world.usage, 7);
    expect(Object.fromEntries(outcomes)).toEqual({ duplicate: world.usage.length - 1, applied: 1 });
    expect(await disagreementsWith(server, { truth })).toEqual([]);
    expect((await server.get("/v1/audit")).body).toMatchObject({ ok: true, complete: true });
  });
});

test("some use less than they have, some more, some by parts of a minor unit", () => {
  const { usage, wallets } = truth;
  expect(usage.filter(({ covered }) => covered > 0n).length).toBeGreaterThan(20);
  expect(usage.filter(({ uncovered }) => uncovered > 0n).length).toBeGreaterThan(0);
  expect(usage.filter(({ cost }) => cost.includes(".")).length).toBeGreaterThan(20);
  expect(wallets.filter(({ balance }) => balance > 0n).length).toBeGreaterThan(0);
  expect(new Set(usage.map(({ meter }) => meter)).size).toBe(3);
});
