import { buildWorld } from "../../src/simulator/world.ts";
import { withAllFixtures } from "../http/all-fixtures.ts";
import type { Running } from "../http/running.ts";
import { type Engine, engines } from "../support/engines.ts";
import { post, startServer } from "./against-a-server.ts";
import { untied } from "./ties.ts";

let server: Running;
afterEach(() => server.close());

const sqlite = engines.find(({ name }) => name === "sqlite") as Engine;

test("every recorded body: charges and movements come to what the ledger holds, month by month", async () => {
  server = await withAllFixtures(sqlite);
  expect(await untied(server)).toEqual([]);
});

/** `npm run simulations` has more of them. */
test.each(engines)(
  "an eventful world on $name: charges and movements come to what the ledger holds, month by month",
  async (engine) => {
    const world = buildWorld({ customers: 6, months: 2, seed: `ties on ${engine.name}`, eventful: true });
    server = await startServer(await engine.freshDatabaseUrl());
    await post(server, world.emissions, 8);
    expect(await untied(server)).toEqual([]);
  },
);
