import { buildWorld } from "../../src/simulator/world.ts";
import { engines } from "../support/engines.ts";
import { wrongDays } from "./days.ts";

/** `npm run simulations` has more of them. */
test.each(engines)(
  "at twenty instants of both clocks accounts hold what was posted, and wallets what is owed, on $name",
  async ({ name, freshDatabaseUrl }) => {
    const world = buildWorld({ customers: 5, months: 4, seed: `days on ${name}`, eventful: true });
    const { wrong, entries } = await wrongDays(world, await freshDatabaseUrl());
    expect(wrong.slice(0, 10)).toEqual([]);
    expect(entries).toBeGreaterThan(40);
  },
);
