import { buildWorld } from "../../src/simulator/world.ts";
import { engines } from "../support/engines.ts";
import { reconciledWorld } from "./reconciled.ts";

/** Some of `npm run simulations -- --testPathPatterns reconciled`. */
test.each([
  ["sqlite", "7", 10, { customers: 6, months: 2 }],
  ["postgres", "5", 7, { customers: 6, months: 2 }],
] as const)(
  "on %s, exactly what was planted in a world of seed %s is found, and nothing once it is healed",
  async (engine, seed, count, size) => {
    const databaseUrl = await engines.find(({ name }) => name === engine)?.freshDatabaseUrl();
    const world = buildWorld({ ...size, seed });
    const trial = { databaseUrl: databaseUrl ?? "", seed, count };
    const { planted, found, misaged, unhealed } = await reconciledWorld(world, trial);
    expect(planted.length).toBe(count);
    expect(found).toEqual(planted);
    expect(misaged).toEqual([]);
    expect(unhealed).toEqual([]);
  },
);
