/**
 * `npm run simulations`: many worlds, each told to a server in order and then, shuffled and repeated, to another one, on
 * both engines. `npm run simulations -- -t "seed 7 "` runs one of them again.
 */
import { buildWorld } from "../../src/simulator/world.ts";
import { engines } from "../support/engines.ts";
import { disagreementsWith, post, scrambled, startServer } from "./against-a-server.ts";
import { healedWorld } from "./healed.ts";

import.meta.jest.setTimeout(600_000);

const seeds = Array.from({ length: 20 }, (_, index) => String(index + 1));

describe.each(engines)("on $name", ({ freshDatabaseUrl }) => {
  test.each(seeds)("a world of seed %s leaves the true books, in any order", async (seed) => {
    const world = buildWorld({ customers: 40, months: 8, seed, providers: ["paddle"] });
    for (const emissions of [world.emissions, scrambled(world.emissions, seed)]) {
      const server = await startServer(await freshDatabaseUrl());
      await post(server, emissions, 8);
      expect(await disagreementsWith(server, world)).toEqual([]);
      expect((await server.get("/v1/audit")).body).toMatchObject({ ok: true, complete: true });
      await server.close();
    }
  });
});

/** Both providers in each; up to 30 % of the webhooks never come. */
const lossySeeds = Array.from({ length: 100 }, (_, index) => String(index + 101));

describe.each(engines)("on $name", ({ freshDatabaseUrl }) => {
  test.each(lossySeeds)(
    "what a world of seed %s never delivered is made good by the lists alone",
    async (seed) => {
      const months = 3 + (Number(seed) % 4);
      const world = buildWorld({ customers: 14, months, seed });
      const misbehaviour =
        Number(seed) % 5 === 0 ? { rate_limit: 0.1, error: 0.05, html: 0.05, late: 0.1 } : {};
      const drop = (Number(seed) % 7) * 0.05;
      const databaseUrl = await freshDatabaseUrl();
      expect(await healedWorld(world, { databaseUrl, seed, drop, misbehaviour })).toEqual({
        disagreements: [],
        audit: { ok: true, problems: [] },
        open: [],
      });
    },
  );
});
