import { Router } from "express";
import { formatInstant } from "../domain/time.ts";
import { readReadiness } from "../services/running/readiness.ts";
import type { Services } from "../services/services.ts";

/**
 * `/healthz`: the process answers. `/readyz`: it can also store events, and how long ago some process worked, this one or another:
 * nobody expires, retries or sends anything meanwhile.
 */
export function healthRoutes(services: Services): Router {
  const routes = Router();

  routes.get("/healthz", (_request, response) => {
    response.json({ status: "ok" });
  });

  routes.get("/readyz", async (_request, response) => {
    const { ready, database, schema, workedAt } = await readReadiness(services);
    response.status(ready ? 200 : 503).json({
      status: ready ? "ready" : "not_ready",
      database,
      pending_migrations: schema.pending,
      unknown_migrations: schema.unknown,
      worked_at: workedAt === null ? null : formatInstant(workedAt),
      idle_seconds: workedAt === null ? null : wholeSeconds(services.clock.now() - workedAt),
    });
  });

  return routes;
}

const wholeSeconds = (nanoseconds: bigint): number => Math.max(0, Number(nanoseconds / 1_000_000_000n));
