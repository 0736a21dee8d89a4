import { buildWorld } from "../../src/simulator/world.ts";
import { engines } from "../support/engines.ts";
import { reconciledWorld } from "./reconciled.ts";

import.meta.jest.setTimeout(120_000);

const seeds = (process.env.SEEDS ?? "7").split(",");
describe.each(engines)("on $name", ({ freshDatabaseUrl }) => {
  test.each(seeds)(
    "exactly what was planted in a world of seed %s is found, and nothing once it is healed",
    async (seed) => {
      const world = buildWorld({ customers: 12, months: 4, seed });
      const { planted, found, unhealed } = await reconciledWorld(world, {
        databaseUrl: await freshDatabaseUrl(),
        seed,
        count: Number(seed) % 21,
      });
      expect(found).toEqual(planted);
      expect(unhealed).toEqual([]);
    },
  );
});
