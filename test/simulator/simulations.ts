/**
 * `npm run simulations`: many worlds, each told to a server in order and then, shuffled and repeated, to another one, on
 * both engines. `npm run simulations -- -t "seed 7 "` runs one of them again.
 */
import { buildWorld } from "../../src/simulator/world.ts";
import { engines } from "../support/engines.ts";
import { disagreementsWith, post, scrambled, startServer } from "./against-a-server.ts";
import { wrongDays } from "./days.ts";
import { differingFigures } from "./figures-of-pages.ts";
import { brokenOffBackfill, healedBreaks, healedWorld } from "./healed.ts";
import { untied } from "./ties.ts";
import { nothingOtherwise, toldOtherwise } from "./told-by-lists.ts";

/** `WORLDS=100 npm run simulations` takes more of each. */
const seeds = Array.from({ length: Number(process.env.WORLDS ?? 20) }, (_, index) => String(index + 1));

describe.each(engines)("on $name", ({ freshDatabaseUrl }) => {
  test.each(seeds)("a world of seed %s leaves the true books, in any order", async (seed) => {
    const eventful = Number(seed) % 2 === 0;
    const world = buildWorld({ customers: 40, months: 8, seed, providers: ["paddle"], eventful });
    for (const emissions of [world.emissions, scrambled(world.emissions, seed)]) {
      const server = await startServer(await freshDatabaseUrl());
      await post(server, emissions, 8);
      expect(await disagreementsWith(server, world)).toEqual([]);
      expect((await server.get("/v1/audit")).body).toMatchObject({ ok: true, complete: true });
      await server.close();
    }
  });
});

describe.each(engines)("on $name", ({ freshDatabaseUrl }) => {
  test.each(seeds)(
    "every figure of the console is that of its file and of the API: seed %s",
    async (seed) => {
      const eventful = Number(seed) % 4 !== 0;
      const world = buildWorld({ customers: 30, months: 6, seed: `pages ${seed}`, eventful });
      const server = await startServer(await freshDatabaseUrl());
      await post(server, scrambled(world.emissions, seed), 8);
      expect(await differingFigures(server)).toEqual([]);
      await server.close();
    },
  );
});

describe.each(engines)("on $name", ({ freshDatabaseUrl }) => {
  test.each(seeds)(
    "charges and movements of a world of seed %s come to what the ledger holds, month by month",
    async (seed) => {
      const eventful = Number(seed) % 4 !== 0;
      const world = buildWorld({ customers: 40, months: 8, seed: `ties ${seed}`, eventful });
      const server = await startServer(await freshDatabaseUrl());
      await post(server, scrambled(world.emissions, seed), 8);
      expect(await untied(server)).toEqual([]);
      await server.close();
    },
  );
});

describe.each(engines)("on $name", ({ freshDatabaseUrl }) => {
  test.each(seeds)(
    "at twenty instants of a world of seed %s accounts hold what was posted, and wallets what is owed",
    async (seed) => {
      const eventful = Number(seed) % 4 !== 0;
      const world = buildWorld({ customers: 20, months: 6, seed: `days ${seed}`, eventful });
      expect(await wrongDays(world, await freshDatabaseUrl())).toMatchObject({ wrong: [] });
    },
  );
});

describe.each(engines)("on $name", ({ freshDatabaseUrl }) => {
  test.each(seeds)(
    "lists tell of a world of seed %s what webhooks told, quarter by quarter",
    async (seed) => {
      const world = buildWorld({ customers: 16, months: 5, seed: `asked late ${seed}`, eventful: true });
      expect(await toldOtherwise(world, { freshDatabaseUrl, seed })).toEqual(nothingOtherwise);
    },
  );
});

/** Both providers in each; up to 30 % of the webhooks never come. */
const lossySeeds = Array.from({ length: 100 }, (_, index) => String(index + 101));

describe.each(engines)("on $name", ({ freshDatabaseUrl }) => {
  test.each(lossySeeds)(
    "what a world of seed %s never delivered is made good by the lists alone",
    async (seed) => {
      const months = 3 + (Number(seed) % 4);
      const world = buildWorld({ customers: 14, months, seed, eventful: Number(seed) % 2 === 1 });
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

const killedSeeds = Array.from({ length: 10 }, (_, index) => String(index + 1));

describe.each(engines)("on $name", ({ freshDatabaseUrl }) => {
  test.each(killedSeeds)(
    "backfill of a world of seed %s, killed again and again at any page, leaves the true books",
    async (seed) => {
      const world = buildWorld({ customers: 12, months: 4, seed: `killed ${seed}` });
      const databaseUrl = await freshDatabaseUrl();
      const { kills, healed } = await brokenOffBackfill(world, { databaseUrl, seed, times: 10, pages: 8 });
      expect(healed).toEqual({ disagreements: [], audit: { ok: true, problems: [] }, open: [] });
      expect(kills).toBeGreaterThan(1);
    },
  );
});

const brokenSeeds = Array.from({ length: 10 }, (_, index) => String(index + 1));

describe.each(engines)("on $name", ({ freshDatabaseUrl }) => {
  test.each(brokenSeeds)(
    "what was never told in a world of seed %s is not in the books, until it is listed",
    async (seed) => {
      const world = buildWorld({ customers: 14, months: 4, seed: `broken ${seed}` });
      const trial = { databaseUrl: await freshDatabaseUrl(), seed, count: Number(seed) * 2 };
      const { broken, healed, planted } = await healedBreaks(world, trial);
      const untold = planted.filter(({ kind }) =>
        /^(?:dropped_event|missing_refund|unattributed_payout_row)$/.test(kind),
      );
      expect(broken.audit).toEqual({ ok: true, problems: [] });
      expect(broken.disagreements.length > 0).toBe(untold.length > 0);
      expect(healed).toEqual({ disagreements: [], audit: { ok: true, problems: [] }, open: [] });
    },
  );
});
