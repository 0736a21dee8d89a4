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

/** Memory, processor and event loop of this process: once per process is enough. */
export function watchProcess({ registry }: Metrics): void {
  collectDefaultMetrics({ register: registry });
}

export function metricsRoutes({ registry }: Metrics): Router {
  const routes = Router();

  routes.get("/metrics", async (_request, response) => {
    response.type(registry.contentType).send(await registry.metrics());
  });

  return routes;
}
