import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { backfill } from "../../src/services/backfill/backfill.ts";
import { plantBreaks } from "../../src/simulator/breaks/plant.ts";
import type { PlantedBreak } from "../../src/simulator/breaks/planted-break.ts";
import type { Emission } from "../../src/simulator/emission.ts";
import { withFaults } from "../../src/simulator/faults.ts";
import { Random } from "../../src/simulator/random.ts";
import type { Misbehaviour } from "../../src/simulator/stand-in/misbehaviour.ts";
import { type StandIn, serveStandIn } from "../../src/simulator/stand-in/server.ts";
import type { World } from "../../src/simulator/world.ts";
import { type Running, startTallyhook } from "../http/running.ts";
import { impatient } from "../providers/asked.ts";
import { projectRoot } from "../support/project-root.ts";
import { disagreementsWith, post, scrambled } from "./against-a-server.ts";
import { standInEnvironment, standInKeys } from "./stand-in-environment.ts";

/** What is wrong in the end, by everybody who can tell. */
export interface Healed {
  readonly disagreements: readonly unknown[];
  readonly audit: { readonly ok: unknown; readonly problems: unknown };
  /** Open discrepancies that backfill could answer for: not warnings of Paddle's, which wait for a person. */
  readonly open: readonly unknown[];
}

interface Trial {
  readonly databaseUrl: string;
  readonly seed: string;
  /** Which part of the webhooks never comes; the others come out of order, and some three times. */
  readonly drop: number;
  readonly misbehaviour: Misbehaviour;
}

/** Asked so often, a stand-in shows rows that are late. */
const asks = 12;

/** Delivers what is not dropped, and lets the lists alone make good the rest. */
export async function healedWorld(world: World, trial: Trial): Promise<Healed> {
  const { databaseUrl, seed, misbehaviour } = trial;
  const standIn = await openStandIn(world, misbehaviour, seed);
  const server = await start(databaseUrl, standIn);
  try {
    await post(server, scrambled(delivered(world, trial), seed), 8);
    for (let round = 0; round < (misbehaviour.late === undefined ? 1 : asks); round += 1) {
      const window = { from: null, to: null };
      const reports = await backfill(server.tallyhook.services, { providers: null, window });
      const problems = reports.flatMap(({ kinds }) => kinds.flatMap(({ problem }) => problem ?? []));
      if (problems.length > 0) throw new Error(JSON.stringify(problems));
    }
    return await healed(server, world);
  } finally {
    await server.close();
    await standIn.close();
  }
}

/** Nothing is delivered, and whoever asks is killed again and again; the last one is not. */
export async function brokenOffBackfill(
  world: World,
  {
    databaseUrl,
    seed,
    times,
    pages,
  }: {
    readonly databaseUrl: string;
    readonly seed: string;
    readonly times: number;
    /** It dies while it applies one of the first so many; one that has that little to ask for lives. */
    readonly pages: number;
  },
): Promise<{ readonly kills: number; readonly healed: Healed }> {
  const standIn = await openStandIn(world, {}, seed);
  const random = new Random(seed);
  let kills = 0;
  try {
    for (let attempt = 1; attempt <= times; attempt += 1) {
      // By its own clock each comes after the lease of the one before has expired.
      const time = world.endsAt + BigInt(attempt) * 180_000_000_000n;
      const words = [databaseUrl, standIn.url, time, random.integer(1, pages), random.integer(0, 40)];
      const file = join(projectRoot, "test", "support", "killed-backfill.ts");
      const child = spawn(process.execPath, [file, ...words.map(String)], { stdio: "inherit" });
      const [, signal] = await once(child, "exit");
      if (signal === "SIGKILL") kills += 1;
    }
    const server = await start(databaseUrl, standIn);
    await backfill(server.tallyhook.services, { providers: null, window: null });
    const found = await healed(server, world);
    await server.close();
    return { kills, healed: found };
  } finally {
    await standIn.close();
  }
}

/** Planted breaks: what the books hold with them, and what is left once the providers' lists are right and asked again. */
export async function healedBreaks(
  world: World,
  {
    databaseUrl,
    seed,
    count,
  }: { readonly databaseUrl: string; readonly seed: string; readonly count: number },
): Promise<{ readonly broken: Healed; readonly healed: Healed; readonly planted: readonly PlantedBreak[] }> {
  const { before, healed: right, planted } = plantBreaks(world, { seed, count });
  const standIn = await openStandIn(before, {}, seed);
  const server = await start(databaseUrl, standIn);
  const ask = () => {
    const window = { from: world.beginsAt, to: null };
    return backfill(server.tallyhook.services, { providers: null, window });
  };
  try {
    await post(server, before.emissions, 8);
    await ask();
    const broken = await healed(server, right);
    standIn.state(right);
    await ask();
    return { broken, healed: await healed(server, right), planted };
  } finally {
    await server.close();
    await standIn.close();
  }
}

/** Paddle lists no payouts: those whose events it has forgotten cannot be made good, so they are delivered. */
function delivered(world: World, { drop, seed }: Trial): Emission[] {
  const isForgotten = ({ type, provider, at }: Emission) =>
    provider === "paddle" && type.startsWith("payout.") && at <= world.endsAt - 90n * 86_400_000_000_000n;
  const { sent } = withFaults(world.emissions, { drop, reorder: 0.3 }, new Random(`${seed}/drop`));
  const arrived = new Set(sent);
  return world.emissions.filter((emission) => arrived.has(emission) || isForgotten(emission));
}

function openStandIn(world: World, misbehaviour: Misbehaviour, seed: string): Promise<StandIn> {
  return serveStandIn(world, { port: 0, keys: standInKeys, misbehaviour, seed, now: world.endsAt });
}

const start = (databaseUrl: string, standIn: StandIn): Promise<Running> =>
  startTallyhook(databaseUrl, standInEnvironment(standIn.url), { patience: impatient });

const answeredElsewhere = new Set(["chargeback_warning"]);

async function healed(server: Running, world: World): Promise<Healed> {
  const { body } = await server.get<{ ok: unknown; problems: unknown }>("/v1/audit");
  const open = await server.get<{ data: { kind: string }[] }>("/v1/discrepancies?status=open&limit=200");
  return {
    disagreements: await disagreementsWith(server, { truth: world.settledTruth }),
    audit: { ok: body.ok, problems: body.problems },
    open: open.body.data.filter(({ kind }) => !answeredElsewhere.has(kind)),
  };
}
