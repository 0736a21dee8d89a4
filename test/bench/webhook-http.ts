import { fileURLToPath } from "node:url";
import { engines, removeFreshDatabases } from "../support/engines.ts";
import { sharePostgres, stopSharedPostgres } from "../support/postgres.ts";
import type { Benchmark, Side } from "./benchmark.ts";
import { type LoadResult, postEvents } from "./load.ts";
import { startServer } from "./server-process.ts";
import { benchSecret, SignedEvents } from "./signed-events.ts";

const connections = 64;
const eventsPerRun = ({ quick }: { quick: boolean }) => (quick ? 500 : 10_000);
const scriptAt = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Signed, distinct events acknowledged per second, durable on this engine. */
function webhookHttp(engine: "sqlite" | "postgres"): Benchmark {
  return {
    name: `webhook_http_${engine}`,
    unit: "events/s",
    n: eventsPerRun,
    ours: (options) => ourServer(engine, eventsPerRun(options), ({ perSecond }) => perSecond),
    baseline: (options) => expressServer(eventsPerRun(options), ({ perSecond }) => perSecond),
  };
}

/** The time that 99 of 100 acknowledgements took at most, at 64 connections on SQLite. Lower is better. */
const webhookLatency: Benchmark = {
  name: "webhook_latency_p99",
  unit: "ms",
  n: eventsPerRun,
  ours: (options) => ourServer("sqlite", eventsPerRun(options), ({ p99 }) => p99),
  baseline: (options) => expressServer(eventsPerRun(options), ({ p99 }) => p99),
};

export const webhookBenchmarks: readonly Benchmark[] = [
  webhookHttp("sqlite"),
  webhookHttp("postgres"),
  webhookLatency,
];

async function ourServer(
  engineName: "sqlite" | "postgres",
  n: number,
  of: (result: LoadResult) => number,
): Promise<Side> {
  if (engineName === "postgres") await sharePostgres();
  const engine = engines.find(({ name }) => name === engineName);
  if (engine === undefined) throw new Error(`No engine ${engineName}.`);
  const server = await startServer(scriptAt("../../src/cli/main.js"), ["serve"], {
    DATABASE_URL: await engine.freshDatabaseUrl(),
    PADDLE_WEBHOOK_SECRET: benchSecret,
  });
  const events = new SignedEvents();
  return {
    run: async () => of(await postEvents(server.origin, events, { n, connections })),
    close: async () => {
      await server.close();
      await removeFreshDatabases();
      if (engineName === "postgres") await stopSharedPostgres();
    },
  };
}

async function expressServer(n: number, of: (result: LoadResult) => number): Promise<Side> {
  const server = await startServer(scriptAt("servers/express-verify.js"), [], {});
  const events = new SignedEvents();
  return {
    run: async () => of(await postEvents(server.origin, events, { n, connections })),
    close: () => server.close(),
  };
}
