import type { RequestListener } from "node:http";
import { pino } from "pino";
import { type Config, firstSecrets } from "./config.ts";
import type { Gate } from "./console/gate.ts";
import type { PageThreads } from "./console/page-threads.ts";
import type { SignInOptions } from "./console/sign-in.tsx";
import { ConfigurationError, type Mistake, StorageUnavailable } from "./domain/errors.ts";
import { type OwnProvider, providerNames } from "./domain/ids.ts";
import { setting } from "./domain/setting.ts";
import { type Clock, type Instant, systemClock } from "./domain/time.ts";

export { type ExportFile, exportFile, exportFileNames } from "./services/documents/exports/asked-file.ts";

import { type BodyBounds, BodyReader } from "./http/kit/raw-body.ts";
import type { Authenticate } from "./http/kit/who-asks.ts";
import { Metrics } from "./http/metrics.ts";
import { type RunningServer, startServer } from "./http/server.ts";
import { type WebhookHandler, type Webhooks, webhooksOf } from "./http/webhook-handler.ts";
import { hastyPatience, type Patience, usualPatience } from "./providers/kit/asking.ts";
import { ownProviders } from "./providers/kit/own-providers.ts";
import { modeOfKey } from "./providers/kit/secret-kinds.ts";
import { Auditor, keepingAudit } from "./services/audit/auditor.ts";
import { startAskingForNamed } from "./services/backfill/ask-for-named.ts";
import { startBackfilling } from "./services/backfill/backfill.ts";
import { startLookingUpSoon } from "./services/backfill/look-up-soon.ts";
import { startFollowingPolicy } from "./services/charges/follow-policy.ts";
import { openPolicies, readPolicies } from "./services/charges/policies.ts";
import { startRecognisingSellers } from "./services/inbox/recognise-sellers.ts";
import { RefusalCounter } from "./services/inbox/refusals.ts";
import { startRetrying } from "./services/inbox/retry-failed.ts";
import { startForgetting } from "./services/kit/idempotency.ts";
import { type Logger, requestLog, silent } from "./services/kit/log.ts";
import { version } from "./services/kit/version.ts";
import { startWatchingSchema } from "./services/kit/watch-schema.ts";
import type { Worker } from "./services/kit/worker.ts";
import { startAddingDays } from "./services/ledger/account-days.ts";
import { startDelivering } from "./services/outbox/deliver.ts";
import { createSender, type Sender, withLinks } from "./services/outbox/send-message.ts";
import { startTellingTurns } from "./services/outbox/tell-turns.ts";
import type { HashingCost } from "./services/people/passwords.ts";

import { startForgettingPeople } from "./services/people/sessions.ts";
import { startReconciling, startScheduling } from "./services/reconciling/keep-reconciling.ts";
import { startEndingInterrupted } from "./services/reconciling/statements/interrupted.ts";
import { sharedDestinations } from "./services/running/destinations.ts";
import { keyModeFindings } from "./services/running/findings.ts";
import { type DoneRound, type Recurring, runDue, startSayingWorking } from "./services/running/run-due.ts";
import type { ConfiguredProvider, ConfiguredSource, Services, ServingServices } from "./services/services.ts";
import { startSweeping } from "./services/spending/sweep.ts";
import type { BatchObserver } from "./store/batch/batch.ts";
import { besidePages } from "./store/engine/settings.ts";
import { mayPassAtStart, openStore, type Store, type StoreOptions } from "./store/store.ts";
import { OtherInstallation } from "./store/wallets/wallet-ids.ts";

/** All layers, put together. */
export interface Composition {
  readonly services: ServingServices;
  readonly webhooks: WebhookHandler;
  readonly handleWebhook: Webhooks["handleRequest"];
  readonly metrics: Metrics;
  /** Begins what nobody asks for: failed events are tried again, what is due expires, the outbox is delivered. */
  work(): void;
  /** Does once what is due, for so long at most: for those who have no process that works. */
  runDue(options: { readonly seconds: number }): Promise<DoneRound>;
  /** The API as a handler within an app: for whom `authenticate` lets in, else by API keys. */
  api(authenticate: Authenticate | null): Promise<RequestListener>;
  /** The console, likewise: for whom `authenticate` lets in, else by `CONSOLE_USERS`. */
  console(authenticate: Authenticate | null, signOutUrl: string | null): Promise<RequestListener>;
  /** Serves webhooks, API and health on the configured address, and works, until it is closed. */
  listen(): Promise<RunningServer>;
  /** Finishes what was accepted, and lets the database go. */
  close(): Promise<void>;
}

export interface ComposeOptions {
  /** Standard output unless told otherwise, as JSON lines. */
  readonly logger?: Logger;
  readonly clock?: Clock;
  /** Whether the policy that is configured is in force from now on; it is, unless nothing will be booked under it. */
  readonly putsPolicyInForce?: boolean;
  /** Beside those that come with Tallyhook. */
  readonly otherProviders?: readonly ConfiguredProvider[];
  /** How long a server waits before it looks again for failed events that are due. */
  readonly retryEveryMilliseconds?: number;
  /** How long it waits before it looks again for events that only name what is to be asked for. */
  readonly askEveryMilliseconds?: number;
  /** How long it waits before it looks again for holds and lots that are due. */
  readonly sweepEveryMilliseconds?: number;
  /** How long it waits before it looks again into an outbox that had nothing to send. */
  readonly deliverEveryMilliseconds?: number;
  /** How long it waits before it looks again whether the providers are to be asked. */
  readonly backfillLookEveryMilliseconds?: number;
  readonly reconcileLookEveryMilliseconds?: number;
  readonly scheduleLookEveryMilliseconds?: number;
  /** How long it waits before it looks again whether a newer version has changed the database. */
  readonly schemaLookEveryMilliseconds?: number;
  /** How many batches may be stored at once, if fewer than the engine takes. */
  readonly batchesAtOnce?: number;
  /** What bodies may take in memory and time before their sender is known. */
  readonly bodies?: BodyBounds;
  /** Where messages go, instead of where the configuration says. */
  readonly sender?: Sender;
  /** How long providers are waited for that are asked through their APIs. */
  readonly patience?: Patience;
  /** Whether the console's pages are made on threads of their own, where they can be; they are, unless told otherwise. */
  readonly hasPageThreads?: boolean;
  /** What it costs to look at a password, where no configured hash asks for more. */
  readonly passwordCost?: HashingCost | undefined;
}

/** @throws ConfigurationError if the database cannot be opened, or lacks migrations that are not to be run */
export async function compose(config: Config, options: ComposeOptions = {}): Promise<Composition> {
  const { logger = standardOutput(config), clock = systemClock } = options;
  const log = requestLog(logger);
  const sources = await configuredSources(config, { clock, patience: options.patience ?? usualPatience });
  const metrics = new Metrics();
  const store = await openDatabase(config, {
    logger,
    clock,
    observeBatch: observing(metrics, logger),
    batchesAtOnce: options.batchesAtOnce,
  });
  const findPolicies = options.putsPolicyInForce === false ? readPolicies : openPolicies;
  const policies = await closedOnError({ store, config }, () => findPolicies(store, config.policy));
  const { toleranceSeconds, mode } = config;
  const providers = configuredProviders(config, options.otherProviders);
  const isAnybodys = config.databaseUrl !== "sqlite::memory:" && (options.otherProviders ?? []).length === 0;
  const auditor = new Auditor({ store, providers, policies }, isAnybodys ? databaseOf(config) : null, () =>
    keepingAudit({ store, clock, log }),
  );
  const plain = { store, providers, sources, policies, clock, toleranceSeconds, mode, log, actor: null };
  const services: ServingServices = {
    ...plain,
    auditor,
    tokens: config.tokens,
    destinations: sharedDestinations(plain, config),
  };
  metrics.watch(services);
  let pageThreads: PageThreads | undefined;
  /** Pages are made beside, where another thread sees the same and has connections to see it. */
  const making = async () => {
    if (!isAnybodys || !hasPagesBeside(config) || options.hasPageThreads === false) return {};
    const [{ PageThreads }, { readingTask }] = await Promise.all([
      import("./console/page-threads.ts"),
      import("./services/running/open-reading.ts"),
    ]);
    pageThreads ??= new PageThreads(readingTask(services, databaseOf(config)), log);
    return { making: pageThreads.make };
  };
  const bodies = new BodyReader(options.bodies);
  const signingIn = { bodies, passwordCost: options.passwordCost };
  const refusals = new RefusalCounter(services);
  const { handler: webhooks, handleRequest: handleWebhook } = webhooksOf(services, bodies, (delivery) => {
    metrics.observeDelivery(delivery);
    if (delivery.answered.kind === "refused") refusals.add(delivery.provider, delivery.answered.code);
  });
  const workers: Worker[] = [];
  const standing = standingOf(config, options);
  const started = performance.now();
  const work = () => {
    if (workers.length === 0) workers.push(...startWorkers(services, standing, options));
  };
  return {
    services,
    webhooks,
    handleWebhook,
    metrics,
    work,
    runDue: (due) => runDue(services, { ...standing, ...due }),
    api: async (authenticate) => {
      const [{ createMountedApi }, { admit }, { authenticate: byKeys }, { WrongKeys }] = await Promise.all([
        import("./http/app.ts"),
        import("./http/kit/admission.ts"),
        import("./http/kit/authentication.ts"),
        import("./http/kit/api-keys.ts"),
      ]);
      const { apiKeys, proxies } = config;
      const wrongKeys = new WrongKeys(log, { proxies, observe: metrics.observeWrongKey });
      const admission =
        authenticate === null
          ? byKeys({ services, keys: apiKeys, wrongKeys })
          : admit(authenticate, { services, wrongKeys });
      return createMountedApi({ services, admission, proxies, bodies });
    },
    console: async (authenticate, signOutUrl) => {
      const [{ createMountedConsole }, { createConsole }, { appGate }] = await Promise.all([
        import("./http/app.ts"),
        import("./console/app.tsx"),
        import("./console/app-gate.ts"),
      ]);
      const gate =
        authenticate === null
          ? await gateOfUsers(services, config, signingIn)
          : appGate({ services, proxies: config.proxies, authenticate, signOutUrl });
      const pages = createConsole({
        services,
        gate,
        bodies,
        zone: config.consoleZone,
        ...(await making()),
      });
      return createMountedConsole(services, pages);
    },
    listen: async () => {
      // Most commands serve nothing, and the framework takes a third of the time that they take to start.
      const [{ createApp }, { createConsole }] = await Promise.all([
        import("./http/app.ts"),
        import("./console/app.tsx"),
      ]);
      const { apiKeys, proxies, metricsKey, publicUrl, consoleZone: zone } = config;
      const publicPath = publicUrl === null ? "" : new URL(publicUrl).pathname.replace(/\/$/, "");
      const gate = await gateOfUsers(services, config, signingIn);
      const pages = createConsole({ services, gate, bodies, zone, publicPath, ...(await making()) });
      const app = createApp({ services, apiKeys, proxies, metrics, metricsKey, bodies, console: pages });
      const server = await startServer({ webhooks, app, host: config.host, port: config.port });
      if (config.consoleUsers.length > 0) pageThreads?.start();
      if (config.workers) work();
      sayStarted(services, { address: server.url });
      for (const { code, message } of keyModeFindings({ mode: config.mode, keys: keyModesOf(config) }))
        log.warn({ code }, message);
      return server;
    },
    close: async () => {
      await Promise.all([...workers.map((worker) => worker.stop()), auditor.close(), pageThreads?.close()]);
      standing.sender?.close();
      await refusals.write();
      await store.close();
      if (workers.length > 0)
        log.info({ seconds: Math.round((performance.now() - started) / 1000) }, "Stopped.");
    },
  };
}

/** By names and passwords of our own. */
async function gateOfUsers(
  services: ServingServices,
  config: Config,
  signingIn: Pick<SignInOptions, "bodies" | "passwordCost">,
): Promise<Gate> {
  const [{ noUsers }, { signInGate }] = await Promise.all([
    import("./console/gate.ts"),
    import("./console/sign-in.tsx"),
  ]);
  const { consoleUsers: users, publicUrl, proxies } = config;
  return users.length === 0 ? noUsers : signInGate({ services, users, publicUrl, proxies, ...signingIn });
}

/**
 * Lines are written together while the one before is on its way: whoever reads them slowly, or not at all, keeps no
 * delivery waiting. What is left at the end is written then; beyond some megabytes of them lines are dropped.
 */
function standardOutput({ logLevel }: Config): Logger {
  return pino({ level: logLevel }, pino.destination({ dest: 1, sync: false, maxLength: 16 * 2 ** 20 }));
}

/** A batch is of many requests, and so of none. */
function observing(metrics: Metrics, logger: Logger): BatchObserver {
  return (batch) => {
    metrics.observeBatch(batch);
    const rounded = Object.entries(batch.milliseconds).map(([step, taken]) => [
      step,
      Math.round(taken * 1000) / 1000,
    ]);
    logger.debug?.(
      { works: batch.works, milliseconds: Object.fromEntries(rounded) },
      "A batch was committed.",
    );
  };
}

/** What runs, in the log of whoever has to know it later. */
export function sayStarted(
  { log, store, policies, mode }: Services,
  where: { readonly address?: string },
): void {
  const fields = { version: version(), engine: store.engine, policy_version: policies.current.version, mode };
  log.info({ ...fields, node: process.version, ...where }, "Started.");
}

/** Said where real books are kept, and not by what only plays. */
export function sayMode({ log, mode }: Services): void {
  if (mode === "any")
    log.warn({ mode }, `Test events are booked like live ones: set ${setting("MODE")} to live, or to test.`);
}

function standingOf(
  { outbox, backfillEveryMinutes, reconcileEveryMinutes, publicUrl }: Config,
  { sender }: ComposeOptions,
): Recurring {
  const nanoseconds = (minutes: number | null) =>
    minutes === null ? null : BigInt(minutes) * 60n * 1_000_000_000n;
  const plain = sender ?? (outbox === null ? null : createSender(outbox));
  return {
    sender: plain === null ? null : withLinks(plain, publicUrl),
    backfillEvery: nanoseconds(backfillEveryMinutes),
    reconcileEvery: nanoseconds(reconcileEveryMinutes),
  };
}

/** Whatever is not asked for by anybody, and must go on in the background. */
function startWorkers(
  services: Services,
  { sender, backfillEvery, reconcileEvery }: Recurring,
  {
    retryEveryMilliseconds = 5_000,
    askEveryMilliseconds = 1_000,
    sweepEveryMilliseconds = 1_000,
    deliverEveryMilliseconds = 1_000,
    backfillLookEveryMilliseconds = 15_000,
    reconcileLookEveryMilliseconds = 250,
    scheduleLookEveryMilliseconds = 15_000,
    schemaLookEveryMilliseconds = 10_000,
  }: ComposeOptions,
): Worker[] {
  const workers = [
    startSayingWorking(services, { everyMilliseconds: 15_000 }),
    startRetrying(services, { everyMilliseconds: retryEveryMilliseconds }),
    startSweeping(services, { everyMilliseconds: sweepEveryMilliseconds }),
    startForgetting(services, { everyMilliseconds: 600_000 }),
    startAddingDays(services, { everyMilliseconds: 2_000 }),
    startForgettingPeople(services, { everyMilliseconds: 600_000 }),
    startFollowingPolicy(services, { everyMilliseconds: 1_000 }),
    startRecognisingSellers(services, { everyMilliseconds: 1_000 }),
    startEndingInterrupted(services, { everyMilliseconds: 30_000 }),
    startWatchingSchema(services, { everyMilliseconds: schemaLookEveryMilliseconds }),
    startTellingTurns(services, { everyMilliseconds: 60_000 }),
    startReconciling(services, { lookEveryMilliseconds: reconcileLookEveryMilliseconds }),
  ];
  if (services.sources.length > 0) {
    workers.push(startAskingForNamed(services, { everyMilliseconds: askEveryMilliseconds }));
    workers.push(startLookingUpSoon(services, { everyMilliseconds: askEveryMilliseconds }));
  }
  if (reconcileEvery !== null && services.sources.length > 0)
    workers.push(
      startScheduling(services, {
        every: reconcileEvery,
        lookEveryMilliseconds: scheduleLookEveryMilliseconds,
      }),
    );
  if (backfillEvery !== null && services.sources.length > 0)
    workers.push(
      startBackfilling(services, {
        every: backfillEvery,
        lookEveryMilliseconds: backfillLookEveryMilliseconds,
      }),
    );
  if (sender === null) return workers;
  const everyMilliseconds = deliverEveryMilliseconds;
  return [...workers, startDelivering(services, { sender, random: Math.random, everyMilliseconds })];
}

/** Services that only look: nothing is migrated, and no policy is numbered. */
export type Inspection = Omit<Services, "policies">;

/**
 * Looks into the database as it is.
 * @throws ConfigurationError if there is none, it cannot be opened or does not answer
 */
export async function inspect<Result>(
  config: Config,
  look: (services: Inspection) => Promise<Result>,
): Promise<Result> {
  const { toleranceSeconds, mode } = config;
  const sources = await configuredSources(config, { clock: systemClock, patience: hastyPatience });
  const store = await opened({
    ...databaseOf(config),
    mustExist: true,
    migrate: false,
    clock: systemClock,
    log: silent,
  });
  const providers = configuredProviders(config);
  try {
    await store.ping().catch((error: unknown) => {
      throw unusableDatabase(config, "reached", error);
    });
    const log = requestLog(silent);
    const inspection = {
      store,
      providers,
      sources,
      clock: systemClock,
      toleranceSeconds,
      mode,
      log,
      actor: null,
    };
    return await whileAvailable(store, () => look(inspection));
  } finally {
    await store.close();
  }
}

/** @throws StorageUnavailable if the database is lost on the way */
export async function whileAvailable<Result>(store: Store, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    const pending = await store.pendingMigrations().catch(() => []);
    // What is missing of it is what this version expects: no fault of its own.
    if (pending.length > 0) throw wrongDatabase(lacks(pending));
    if (!store.isUnavailable(error)) throw error;
    throw new StorageUnavailable(`The database cannot be used now (${reasonOf(error)}).`, { cause: error });
  }
}

/** Brings the database's schema up to date; gives the names of the migrations that were applied. */
export async function migrateDatabase(config: Config): Promise<readonly string[]> {
  const store = await opened({
    ...databaseOf(config),
    installationSecrets: Object.values(firstSecrets(config)),
    beside: config.migratesBeside,
    migrate: false,
    clock: systemClock,
  });
  try {
    const pending = await store.pendingMigrations();
    await store.migrate();
    return pending;
  } catch (error) {
    throw unusableDatabase(config, "migrated", error);
  } finally {
    await store.close();
  }
}

/** The signature header that a provider would send with this body. */
export function signatureHeader(
  provider: OwnProvider,
  body: Uint8Array,
  options: { readonly secret: string; readonly at: Instant },
): { readonly name: string; readonly value: string } {
  const known = ownProviders[provider];
  return { name: known.signatureHeader, value: known.sign(body, options) };
}

/** The types of events that a destination at a provider is to be subscribed to: all that say something of money. */
export function eventsToSubscribe(provider: OwnProvider): readonly string[] {
  return ownProviders[provider].subscribedEventTypes;
}

/** Whose money each API key reads, as far as it says so. */
export function keyModesOf({ providers }: Config) {
  return providerNames.flatMap((provider) => {
    const { apiKey } = providers[provider];
    return apiKey === null ? [] : [{ provider, mode: modeOfKey(provider, apiKey) }];
  });
}

function configuredProviders(
  config: Config,
  others: readonly ConfiguredProvider[] = [],
): Services["providers"] {
  const own = providerNames.map((name) => ({
    provider: ownProviders[name],
    secrets: config.providers[name].secrets,
  }));
  return new Map([...own, ...others].map((configured) => [configured.provider.name, configured]));
}

/**
 * Each provider that there is a key for. A key names no account: it is of the one that the webhook secrets name.
 * @throws ConfigurationError if they name several
 */
async function configuredSources(
  { providers }: Config,
  { clock, patience }: { readonly clock: Clock; readonly patience: Patience },
): Promise<ConfiguredSource[]> {
  const sources: ConfiguredSource[] = [];
  for (const name of providerNames) {
    const { apiKey, apiUrl, secrets } = providers[name];
    if (apiKey === null) continue;
    const [account = "default", ...others] = new Set(secrets.map((secret) => secret.account));
    if (others.length > 0) {
      const problem = `is of one account, but ${name.toUpperCase()}_WEBHOOK_SECRET names several`;
      throw new ConfigurationError([{ name: `${name.toUpperCase()}_API_KEY`, code: "invalid", problem }]);
    }
    const makeSource = await sourceMakers[name]();
    const isLive = modeOfKey(name, apiKey) === "live";
    sources.push({ source: makeSource({ apiKey, apiUrl, patience }, () => clock.now()), account, isLive });
  }
  return sources;
}

/** Loaded where a key asks for them: the providers' SDKs take half of the time that a command takes to start. */
const sourceMakers = {
  paddle: async () => (await import("./providers/paddle/source.ts")).paddleSource,
  stripe: async () => (await import("./providers/stripe/source.ts")).stripeSource,
};

async function openDatabase(
  config: Config,
  { logger, ...options }: { logger: Logger } & Pick<StoreOptions, "clock" | "observeBatch" | "batchesAtOnce">,
): Promise<Store> {
  const store = await opened({
    ...databaseOf(config),
    installationSecrets: Object.values(firstSecrets(config)),
    connections: besidePages(config.databasePool) ?? config.databasePool,
    migrate: config.migrate,
    beside: config.migratesBeside,
    ...options,
    log: logger,
  });
  await closedOnError({ store, config }, async () => {
    const pending = await store.pendingMigrations();
    if (pending.length > 0) throw wrongDatabase(lacks(pending));
  });
  return store;
}

const isPostgres = ({ databaseUrl }: Config): boolean => !databaseUrl.startsWith("sqlite:");

const hasPagesBeside = (config: Config): boolean =>
  !isPostgres(config) || besidePages(config.databasePool) !== null;

const databaseOf = ({ databaseSchema: schema, databasePool: connections, ...config }: Config) => ({
  databaseUrl: config.databaseUrl,
  installationKey: config.installationKey,
  schema,
  connections,
});

/** A store that is left open would keep the process alive. */
async function closedOnError<Result>(
  { store, config }: { readonly store: Store; readonly config: Config },
  run: () => Promise<Result>,
): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    await store.close();
    throw store.isUnavailable(error) ? unusableDatabase(config, "used", error) : error;
  }
}

async function opened(options: Parameters<typeof openStore>[0]): Promise<Store> {
  try {
    return await openStore(options);
  } catch (error) {
    if (error instanceof OtherInstallation)
      throw new ConfigurationError([
        { name: "INSTALLATION_KEY", code: "invalid", problem: otherInstallation },
      ]);
    throw unusableDatabase(options, "opened", error);
  }
}

const otherInstallation =
  "is not the one that the wallets of this database are named under; give that one, or none: the database keeps it";

/** A refused connection has no message of its own, only a code. */
function reasonOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  if (code?.startsWith("SQLITE_BUSY")) return `another process holds the file: ${message}`;
  return message || String(code);
}

const lacks = (migrations: readonly string[]) =>
  `lacks the migrations ${migrations.join(", ")}; run tallyhook migrate`;

const wrongDatabase = (problem: string, code: Mistake["code"] = "invalid") =>
  new ConfigurationError([{ name: "DATABASE_URL", code, problem }]);

const unusableDatabase = ({ databaseUrl }: Pick<Config, "databaseUrl">, done: string, error: unknown) =>
  wrongDatabase(
    `cannot be ${done} (${reasonOf(error)})`,
    mayPassAtStart(databaseUrl, error) ? "unavailable" : "invalid",
  );
