import { buildWorld } from "../../src/simulator/world.ts";
import { withAllFixtures } from "../http/all-fixtures.ts";
import type { Running } from "../http/running.ts";
import { type Engine, engines } from "../support/engines.ts";
import { post, startServer } from "./against-a-server.ts";
import { untied } from "./ties.ts";

const { freshDatabaseUrl } = engines.find(({ name }) => name === "sqlite") as Engine;

let server: Running;
afterEach(() => server.close());

test("every recorded body: charges and movements come to what the ledger holds", async () => {
  server = await withAllFixtures(await freshDatabaseUrl());
  expect(await untied(server)).toEqual([]);
});

test.each(["1", "2", "3"])(
  "a world of seed %s: charges and movements come to what the ledger holds",
  async (seed) => {
    const world = buildWorld({ customers: 10, months: 3, seed: `ties ${seed}` });
    server = await startServer(await freshDatabaseUrl());
    await post(server, world.emissions, 8);
    expect(await untied(server)).toEqual([]);
  },
);
