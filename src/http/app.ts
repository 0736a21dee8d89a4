import express, { type Express } from "express";
import type { Services } from "../services/services.ts";
import { accountRoutes } from "./accounts.ts";
import type { ApiKey } from "./api-keys.ts";
import { auditRoutes } from "./audit.ts";
import { authenticate } from "./authentication.ts";
import { chargeRoutes } from "./charges.ts";
import { customerRoutes } from "./customers.ts";
import { discrepancyRoutes } from "./discrepancies.ts";
import { entryRoutes } from "./entries.ts";
import { errorHandler, refuseNul, unknownRoute } from "./errors.ts";
import { eventRoutes } from "./events.ts";
import { healthRoutes } from "./health.ts";
import { type Metrics, metricsRoutes } from "./metrics.ts";
import { movementRoutes } from "./movements.ts";
import { outboxRoutes } from "./outbox.ts";
import { payoutRoutes } from "./payouts.ts";
import { walletRoutes } from "./wallets.ts";

export interface AppOptions {
  readonly services: Services;
  readonly apiKeys: readonly ApiKey[];
  readonly metrics: Metrics;
}

/** Everything but the webhooks, which need no framework. */
export function createApp({ services, apiKeys, metrics }: AppOptions): Express {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.set("query parser", false);
  app.use(healthRoutes(services), metricsRoutes(metrics));
  app.use(
    "/v1",
    authenticate(apiKeys),
    refuseNul,
    express.json({ limit: "1mb", inflate: false }),
    chargeRoutes(services),
    movementRoutes(services),
    eventRoutes(services),
    walletRoutes(services),
    entryRoutes(services),
    accountRoutes(services),
    customerRoutes(services),
    payoutRoutes(services),
    discrepancyRoutes(services),
    outboxRoutes(services),
    auditRoutes(services),
  );
  app.use(unknownRoute);
  app.use(errorHandler(services));
  return app;
}
