import { buildWorld } from "../../src/simulator/world.ts";
import type { Running } from "../http/running.ts";
import { engines } from "../support/engines.ts";
import { disagreementsWith, post, scrambled, startServer } from "./against-a-server.ts";

const world = buildWorld({ customers: 5, months: 2, seed: "books", providers: ["paddle"] });

describe.each(engines)("a simulated world, told to a server on $name", ({ name, freshDatabaseUrl }) => {
  let server: Running;
  beforeEach(async () => {
    server = await startServer(await freshDatabaseUrl());
  });
  afterEach(() => server.close());

  test("in order: every charge, movement, wallet and balance is the true one", async () => {
    await post(server, world.emissions);
    expect(await disagreementsWith(server, world)).toEqual([]);
    expect((await server.get("/v1/audit")).body).toMatchObject({ ok: true, complete: true });
  });

  test("shuffled and repeated: the same books", async () => {
    const outcomes = await post(server, scrambled(world.emissions, "1"), 4);
    expect(outcomes.get("duplicate")).toBeGreaterThan(0);
    expect([...outcomes.keys()].filter((outcome) => /parked|failed|refused/.test(outcome))).toEqual([]);
    expect(await disagreementsWith(server, world)).toEqual([]);
  });

  // How books are compared is no matter of what they are kept in.
  if (name === "postgres") return;
  test("without its last word on one document: exactly that document, its wallet and the balance are wrong", async () => {
    const lost = world.emissions.find(({ type }) => type === "transaction.completed");
    const document = JSON.parse(lost?.body ?? "{}").data.id;
    await post(
      server,
      world.emissions.filter(({ type, body }) => !/completed|updated/.test(type) || !body.includes(document)),
    );
    const found = await disagreementsWith(server, world);
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter(({ about }) => about.startsWith("charge")).map(({ about }) => about)).toContain(
      `charge paddle ${document}`,
    );
  });
});
