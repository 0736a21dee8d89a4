import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { engines, removeFreshDatabases } from "../support/engines.ts";
import { sharePostgres, stopSharedPostgres } from "../support/postgres.ts";
import { projectRoot } from "../support/project-root.ts";
import type { Benchmark, Side } from "./benchmark.ts";
import { type LoadResult, postEvents } from "./load.ts";
import { startServer } from "./server-process.ts";
import { benchSecret, SignedEvents } from "./signed-events.ts";

type EngineName = "sqlite" | "postgres";

const connections = 64;
const eventsPerRun = ({ quick }: { quick: boolean }) => (quick ? 500 : 10_000);
const scriptAt = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const peers = join(projectRoot, "test/bench/peers");

/** What is measured of a run. */
type Measure = (result: LoadResult) => number;
const perSecond: Measure = (result) => result.perSecond;

/** Signed, distinct events acknowledged per second, durable on this engine; the baseline only verifies. */
function webhookHttp(engine: EngineName): Benchmark {
  return {
    name: `webhook_http_${engine}`,
    unit: "events/s",
    n: eventsPerRun,
    ours: (options) => ourServer(engine, eventsPerRun(options), perSecond),
    baseline: (options) => expressServer(eventsPerRun(options), perSecond),
  };
}

/** The same; the baseline is a plain server as durable as ours, with six narrow rows an event. */
function webhookFloor(engine: EngineName): Benchmark {
  return {
    name: `webhook_floor_${engine}`,
    unit: "events/s",
    n: eventsPerRun,
    ours: (options) => ourServer(engine, eventsPerRun(options), perSecond),
    baseline: (options) => floorServer(engine, eventsPerRun(options)),
  };
}

/** Stripe's `invoice.paid` on PostgreSQL; the baseline is a server that upserts the invoice's row. */
const webhookPeer: Benchmark = {
  name: "webhook_peer_postgres",
  unit: "events/s",
  n: eventsPerRun,
  isInstalled: () => existsSync(join(peers, "node_modules")),
  ours: (options) => ourServer("postgres", eventsPerRun(options), perSecond, SignedEvents.ofStripe()),
  baseline: (options) => peerServer(eventsPerRun(options)),
};

/** The time that acknowledgements took at most, at 64 connections on SQLite. Lower is better. */
function webhookLatency(name: string, unit: string, of: Measure): Benchmark {
  return {
    name,
    unit,
    n: eventsPerRun,
    ours: (options) => ourServer("sqlite", eventsPerRun(options), of),
    baseline: (options) => expressServer(eventsPerRun(options), of),
  };
}

export const webhookBenchmarks: readonly Benchmark[] = [
  webhookHttp("sqlite"),
  webhookHttp("postgres"),
  webhookFloor("sqlite"),
  webhookFloor("postgres"),
  webhookPeer,
  webhookLatency("webhook_latency_p99", "ms", ({ p99 }) => p99),
  webhookLatency("webhook_latency_p99_over_p50", "times", ({ p99, p50 }) => p99 / p50),
];

async function ourServer(
  engineName: EngineName,
  n: number,
  of: Measure,
  events = SignedEvents.ofPaddle(),
): Promise<Side> {
  const database = await freshDatabase(engineName);
  const secret = `${events.provider.name.toUpperCase()}_WEBHOOK_SECRET`;
  return loaded(scriptAt("../../src/cli/main.js"), ["serve"], {
    environment: { DATABASE_URL: database.url, [secret]: benchSecret },
    events,
    n,
    of,
    closed: database.remove,
  });
}

function expressServer(n: number, of: Measure): Promise<Side> {
  const events = SignedEvents.ofPaddle();
  return loaded(scriptAt("servers/express-verify.js"), [], { environment: {}, events, n, of });
}

async function floorServer(engine: EngineName, n: number): Promise<Side> {
  const { url, remove } = await freshDatabase(engine);
  return loaded(scriptAt(`servers/floor-${engine}.js`), [], {
    environment: engine === "sqlite" ? { DATABASE_FILE: url.replace("sqlite:", "") } : { DATABASE_URL: url },
    events: SignedEvents.ofPaddle(),
    n,
    of: perSecond,
    closed: remove,
  });
}

async function peerServer(n: number): Promise<Side> {
  const { url, remove } = await freshDatabase("postgres");
  return loaded(join(peers, "server.js"), [], {
    environment: { DATABASE_URL: url, STRIPE_WEBHOOK_SECRET: benchSecret },
    events: SignedEvents.ofStripe(),
    n,
    of: perSecond,
    closed: remove,
  });
}

interface Loading {
  readonly environment: Readonly<Record<string, string>>;
  readonly events: SignedEvents;
  readonly n: number;
  readonly of: Measure;
  closed?(): Promise<void>;
}

async function loaded(
  script: string,
  args: readonly string[],
  { environment, events, n, of, closed }: Loading,
): Promise<Side> {
  const server = await startServer(script, args, environment);
  let cpu: number | undefined;
  return {
    run: async () => {
      const before = server.cpu();
      const result = await postEvents(server.origin, events, { n, connections });
      cpu = before === undefined ? undefined : (server.cpu() ?? before) - before;
      return of(result);
    },
    cpu: () => cpu,
    close: async () => {
      await server.close();
      await closed?.();
    },
  };
}

let onPostgres = 0;

/** Of a PostgreSQL that both sides share, for as long as one of them needs it. */
async function freshDatabase(engineName: EngineName): Promise<{ url: string; remove(): Promise<void> }> {
  const isPostgres = engineName === "postgres";
  if (isPostgres && onPostgres++ === 0) await sharePostgres();
  const engine = engines.find(({ name }) => name === engineName);
  if (engine === undefined) throw new Error(`No engine ${engineName}.`);
  return {
    url: await engine.freshDatabaseUrl(),
    remove: async () => {
      if (isPostgres && --onPostgres > 0) return;
      await removeFreshDatabases();
      if (isPostgres) await stopSharedPostgres();
    },
  };
}
