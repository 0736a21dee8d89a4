import { buildWorld } from "../../src/simulator/world.ts";
import { engines } from "../support/engines.ts";
import { brokenOffBackfill, healedWorld } from "./healed.ts";
import { nothingOtherwise, toldOtherwise } from "./told-by-lists.ts";

/** Longer, more of them, and each on both engines: `npm run simulations`. */
test.each([
  ["sqlite", { seed: "4", drop: 0.3, months: 2 }],
  ["postgres", { seed: "5", drop: 0.15, months: 2 }],
] as const)("webhooks that never came are made good by the lists alone, on %s", async (engine, trial) => {
  const { seed, drop, months } = trial;
  const world = buildWorld({ customers: 5, months, seed, eventful: true });
  const databaseUrl = (await engines.find(({ name }) => name === engine)?.freshDatabaseUrl()) ?? "";
  const misbehaviour = { rate_limit: 0.1, error: 0.05, html: 0.05 };
  const healed = await healedWorld(world, { databaseUrl, seed, drop, misbehaviour });
  expect(healed).toEqual({ disagreements: [], audit: { ok: true, problems: [] }, open: [] });
});

test("asked long after it happened, it is told the same of every quarter of an hour as by webhooks", async () => {
  const world = buildWorld({ customers: 4, months: 2, seed: "asked late", eventful: true });
  const [sqlite] = engines;
  if (sqlite === undefined) throw new Error("There is no engine.");
  expect(await toldOtherwise(world, { ...sqlite, seed: "asked late" })).toEqual(nothingOtherwise);
});

test("killed at any moment and started again, it leaves the same books as if it never had been", async () => {
  const world = buildWorld({ customers: 6, months: 2, seed: "killed" });
  const [sqlite] = engines;
  const databaseUrl = (await sqlite?.freshDatabaseUrl()) ?? "";
  const broken = await brokenOffBackfill(world, { databaseUrl, seed: "killed", times: 3, pages: 3 });
  expect(broken.kills).toBeGreaterThan(1);
  expect(broken.healed).toEqual({ disagreements: [], audit: { ok: true, problems: [] }, open: [] });
});
