import { Router } from "express";
import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { toUnixMilliseconds } from "../domain/time.ts";
import { readOutboxState } from "../services/outbox/outbox.ts";
import type { Services } from "../services/services.ts";
import type { DeliveryObserver } from "./webhook-handler.ts";
import type { WrongKeyCode } from "./wrong-keys.ts";

/** What Prometheus may ask for. */
export interface Metrics {
  readonly registry: Registry;
  readonly observeDelivery: DeliveryObserver;
  readonly observeWrongKey: (code: WrongKeyCode) => void;
}

export function createMetrics(services: Services): Metrics {
  const registry = new Registry();
  const deliveries = new Counter({
    name: "tallyhook_webhook_deliveries_total",
    help: "Deliveries by provider and answer: an outcome, or a problem's code.",
    labelNames: ["provider", "result"],
    registers: [registry],
  });
  const wrongKeys = new Counter({
    name: "tallyhook_wrong_api_keys_total",
    help: "Requests with a key that is none, by the problem's code: unauthenticated, or rate_limited after many of one address.",
    labelNames: ["code"],
    registers: [registry],
  });
  watchOutbox(registry, services);
  return {
    registry,
    observeWrongKey: (code) => wrongKeys.inc({ code }),
    observeDelivery: ({ provider, answered }) =>
      deliveries.inc({ provider, result: answered.kind === "refused" ? answered.code : answered.outcome }),
  };
}

/** Asked of the database whenever somebody looks; without a database there are no figures. */
function watchOutbox(registry: Registry, services: Services): void {
  const state = () => readOutboxState(services).catch(() => undefined);
  new Gauge({
    name: "tallyhook_outbox_messages",
    help: "Messages for the app that are not delivered: pending, or given up after three days (dead).",
    labelNames: ["status"],
    registers: [registry],
    async collect() {
      this.reset();
      const { pending, dead } = (await state()) ?? {};
      if (pending !== undefined) this.set({ status: "pending" }, pending);
      if (dead !== undefined) this.set({ status: "dead" }, dead);
    },
  });
  new Gauge({
    name: "tallyhook_outbox_oldest_pending_seconds",
    help: "Age of the oldest message that is pending; 0 if there is none.",
    registers: [registry],
    async collect() {
      const now = services.clock.now();
      const { oldestPendingAt } = (await state()) ?? {};
      this.set(toUnixMilliseconds(now - (oldestPendingAt ?? now)) / 1000);
    },
  });
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
