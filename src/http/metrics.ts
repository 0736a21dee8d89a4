import { Router } from "express";
import { Counter, collectDefaultMetrics, Registry } from "prom-client";
import type { DeliveryObserver } from "./webhook-handler.ts";

/** What Prometheus may ask for. */
export interface Metrics {
  readonly registry: Registry;
  readonly observeDelivery: DeliveryObserver;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const deliveries = new Counter({
    name: "tallyhook_webhook_deliveries_total",
    help: "Deliveries by provider and answer: an outcome, or a problem's code.",
    labelNames: ["provider", "result"],
    registers: [registry],
  });
  return { registry, observeDelivery: (provider, result) => deliveries.inc({ provider, result }) };
}

export function metricsRoutes({ registry }: Metrics): Router {
  const routes = Router();
  let watching = false;

  routes.get("/metrics", async (_request, response) => {
    // The process itself is watched from the first time that somebody asks.
    if (!watching) collectDefaultMetrics({ register: registry });
    watching = true;
    response.type(registry.contentType).send(await registry.metrics());
  });

  return routes;
}
