import { buildWorld } from "../../src/simulator/world.ts";
import { withAllFixtures } from "../http/all-fixtures.ts";
import type { Running } from "../http/running.ts";
import { type Engine, engines } from "../support/engines.ts";
import { post, startServer } from "./against-a-server.ts";
import { differingFigures } from "./figures-of-pages.ts";

let server: Running;
afterEach(() => server.close());

/** `npm run simulations` has more of them. */
describe.each(engines)("on $name", ({ name, freshDatabaseUrl }) => {
  test.each([false, true])(
    "every figure of the console is that of its file and of the API, eventful: %p",
    async (eventful) => {
      const world = buildWorld({ customers: 4, months: 2, seed: `pages on ${name} ${eventful}`, eventful });
      server = await startServer(await freshDatabaseUrl());
      await post(server, world.emissions, 8);
      expect(await differingFigures(server)).toEqual([]);
    },
  );
});

test("every figure of all recorded bodies, too", async () => {
  server = await withAllFixtures(engines.find(({ name }) => name === "sqlite") as Engine);
  expect(await differingFigures(server)).toEqual([]);
});
