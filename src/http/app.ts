import type { RequestListener } from "node:http";
import express, {
  type Express,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from "express";
import type { ServingServices } from "../services/services.ts";
import { accountOperations } from "./accounts.ts";
import { actionOperations } from "./actions.ts";
import { apiRoutes } from "./api.ts";
import { auditOperations } from "./audit.ts";
import { byHandOperations } from "./by-hand.ts";
import { chargeOperations } from "./charges.ts";
import { customerOperations } from "./customers.ts";
import { discrepancyOperations } from "./discrepancies.ts";
import { enoughBalanceOperations } from "./enough-balance.ts";
import { entryOperations } from "./entries.ts";
import { eventOperations } from "./events.ts";
import { exportOperations } from "./exports.ts";
import { healthRoutes } from "./health.ts";
import { holdOperations } from "./holds.ts";
import { type ApiKey, WrongKeys } from "./kit/api-keys.ts";
import { answerOrigins, authenticate, type Door, rememberActor } from "./kit/authentication.ts";
import type { TrustedProxies } from "./kit/client-address.ts";
import { documentationRoutes } from "./kit/documentation.ts";
import { errorHandler, refuseNul, unknownRoute } from "./kit/errors.ts";
import type { Operation } from "./kit/operation.ts";
import { isFor, plainReading } from "./kit/plain-reading.ts";
import { headersOfAll } from "./kit/problem.ts";
import { type BodyReader, discardBody, hasBody } from "./kit/raw-body.ts";
import { RequestJournal, requestJournal } from "./kit/request-journal.ts";
import { limitOperations } from "./limits.ts";
import { type Metrics, metricsRoutes } from "./metrics.ts";
import { movementOperations } from "./movements.ts";
import { outboxOperations } from "./outbox.ts";
import { overviewOperations } from "./overview.ts";
import { ownerOperations } from "./owners.ts";
import { payoutOperations } from "./payouts.ts";
import { quoteOperations } from "./quotes.ts";
import { reconciliationOperations } from "./reconciliations.ts";
import { reportOperations } from "./reports.ts";
import { searchOperations } from "./search.ts";
import { statementOperations } from "./statements.ts";
import { tokenOperations } from "./tokens.ts";
import { usageOperations } from "./usage.ts";
import { walletOperations } from "./wallets.ts";

export interface AppOptions {
  readonly services: ServingServices;
  readonly apiKeys: readonly ApiKey[];
  readonly proxies: TrustedProxies;
  readonly metrics: Metrics;
  readonly bodies: BodyReader;
  /** What `/metrics` is asked with; `null`: it is open. */
  readonly metricsKey: string | null;
  /** What people see, below `/console`. */
  readonly console: RequestHandler;
}

/** The whole API, in the order that its description has. */
export function operationsOf(services: ServingServices): Operation[] {
  return [
    ...chargeOperations(services),
    ...movementOperations(services),
    ...eventOperations(services),
    ...walletOperations(services),
    ...byHandOperations(services),
    ...ownerOperations(services),
    ...enoughBalanceOperations(services),
    ...quoteOperations(services),
    ...limitOperations(services),
    ...tokenOperations(services),
    ...usageOperations(services),
    ...holdOperations(services),
    ...entryOperations(services),
    ...accountOperations(services),
    ...reportOperations(services),
    ...exportOperations(services),
    ...customerOperations(services),
    ...payoutOperations(services),
    ...statementOperations(services),
    ...reconciliationOperations(services),
    ...discrepancyOperations(services),
    ...searchOperations(services),
    ...overviewOperations(services),
    ...outboxOperations(services),
    ...auditOperations(services),
    ...actionOperations(services),
  ];
}

/** Everything but the webhooks, which need no framework. */
export function createApp(options: AppOptions): RequestListener {
  const { services, apiKeys, proxies, metrics } = options;
  const operations = operationsOf(services);
  const wrongKeys = new WrongKeys(services.log, { proxies, observe: metrics.observeWrongKey });
  const door = { services, keys: apiKeys, wrongKeys };
  const journal = new RequestJournal(services.log);
  const framework = frameworkFor(operations, { ...options, door, journal });
  const asked = operations.find(({ path }) => path === oftenAsked);
  if (asked === undefined) return framework;
  const plain = plainReading(asked, { services, door, journal });
  return (request, response) => (isFor(`/v1${oftenAsked}`, request) ? plain : framework)(request, response);
}

/** What an app asks on every request of its own. */
const oftenAsked = "/enough-balance";

/** Express without what we say ourselves, or do not say. */
function bareFramework(): Express {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.set("query parser", false);
  return app;
}

/** All of it behind Express. */
export function frameworkFor(
  operations: readonly Operation[],
  options: AppOptions & { readonly door: Door; readonly journal: RequestJournal },
): Express {
  const { services, proxies, metrics, metricsKey, bodies, door, journal } = options;
  const app = bareFramework();
  app.use(requestJournal(journal), answersForAll);
  app.use(healthRoutes(services), metricsRoutes(metrics, metricsKey), documentationRoutes(operations));
  const api = apiRoutes(services, operations, bodies);
  app.use(
    "/v1",
    answerOrigins(services),
    authenticate(door),
    withoutNul,
    rememberActor(services, proxies),
    api,
  );
  app.use("/console", options.console);
  app.use(unknownRoute);
  app.use(errorHandler(services));
  return app;
}

/** The API within an app, for whom that app lets in: without webhooks, metrics and pages. */
export function createMountedApi({
  services,
  admission,
  proxies,
  bodies,
}: Pick<AppOptions, "services" | "proxies" | "bodies"> & { readonly admission: RequestHandler }): Express {
  const app = bareFramework();
  const operations = operationsOf(services);
  app.use(requestJournal(new RequestJournal(services.log)), answersForAll);
  app.use(healthRoutes(services), documentationRoutes(operations));
  const api = apiRoutes(services, operations, bodies);
  app.use("/v1", answerOrigins(services), admission, withoutNul, rememberActor(services, proxies), api);
  app.use(unknownRoute);
  app.use(errorHandler(services));
  return app;
}

/** The console within an app. */
export function createMountedConsole(services: ServingServices, pages: RequestHandler): Express {
  const app = bareFramework();
  app.use(requestJournal(new RequestJournal(services.log)), answersForAll, pages);
  app.use(errorHandler(services));
  return app;
}

function withoutNul(request: Request, _response: Response, next: NextFunction): void {
  refuseNul(request);
  next();
}

/** What holds for every request: its answer's headers, and that a body which nobody reads is not kept. */
function answersForAll(request: Request, response: Response, next: NextFunction): void {
  response.set(headersOfAll);
  if (request.method === "GET" || request.method === "HEAD") discardBody(request);
  else if (hasBody(request)) response.once("finish", () => discardBody(request));
  next();
}
