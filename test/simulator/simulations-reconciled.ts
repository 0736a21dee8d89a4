/**
 * `npm run simulations -- --testPathPatterns reconciled`: two hundred worlds with none to twenty breaks each, held against what the providers
 * state, on both engines. `npm run simulations -- --testPathPatterns reconciled -t "seed 7 "` runs one of them again.
 */
import { buildWorld } from "../../src/simulator/world.ts";
import { engines } from "../support/engines.ts";
import { reconciledWorld } from "./reconciled.ts";

const seeds = Array.from({ length: 200 }, (_, index) => String(index + 1));

describe.each(engines)("on $name", ({ freshDatabaseUrl }) => {
  test.each(seeds)(
    "of a world of seed %s exactly what was planted is found, and nothing once it is healed",
    async (seed) => {
      const number = Number(seed);
      const world = buildWorld({ customers: 8 + (number % 9), months: 3 + (number % 3), seed });
      const databaseUrl = await freshDatabaseUrl();
      const { planted, found, misaged, unhealed } = await reconciledWorld(world, {
        databaseUrl,
        seed,
        count: number % 21,
      });
      expect(found).toEqual(planted);
      expect(misaged).toEqual([]);
      expect(unhealed).toEqual([]);
    },
  );
});
