import { Router } from "express";
import { readReadiness } from "../services/read/readiness.ts";
import type { Services } from "../services/services.ts";

/** `/healthz`: the process answers. `/readyz`: it can also store events. */
export function healthRoutes(services: Services): Router {
  const routes = Router();

  routes.get("/healthz", (_request, response) => {
    response.json({ status: "ok" });
  });

  routes.get("/readyz", async (_request, response) => {
    const { ready, database, schema } = await readReadiness(services);
    response.status(ready ? 200 : 503).json({
      status: ready ? "ready" : "not_ready",
      database,
      pending_migrations: schema.pending,
      unknown_migrations: schema.unknown,
    });
  });

  return routes;
}
