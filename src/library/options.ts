import { Console } from "node:console";
import { types } from "node:util";
import { type Config, type Environment, readConfig, readSecrets } from "../config.ts";
import { ConfigurationError, type Mistake } from "../domain/errors.ts";
import { type OwnProvider, providerNames } from "../domain/ids.ts";
import { notKnown } from "../domain/nearest-name.ts";
import { optionOf } from "../domain/setting.ts";
import { type Clock, fromUnixMilliseconds, type Instant } from "../domain/time.ts";
import type { PolicyInput } from "../services/charges/policy-input.ts";
import { type PolicyTerms, readPolicy } from "../services/charges/read-policy.ts";
import { type Logger, silent } from "../services/kit/log.ts";
import type { Provider } from "../services/kit/other-provider.ts";
import type { Sender } from "../services/outbox/send-message.ts";
import type { ConfiguredProvider } from "../services/services.ts";
import { functionSender, type OutboxFunction } from "./outbox.ts";

/** How Tallyhook is set up within an app. Only `databaseUrl` is needed. */
export interface TallyhookOptions {
  /**
   * Where the books are kept: `sqlite:<path>` (one process, no set-up), `sqlite::memory:` (gone at the end, for tests) or
   * `postgres://…` (any number of processes).
   */
  readonly databaseUrl: string;
  /** Paddle Billing; without it, its webhooks are answered with 503. */
  readonly paddle?: ProviderOptions;
  /** Stripe; without it, its webhooks are answered with 503. */
  readonly stripe?: ProviderOptions;
  /** Providers of your own, beside those two. */
  readonly otherProviders?: readonly OtherProviderOptions[];
  /**
   * What tops up, for how long, and what usage costs: as in a policy file. Without it the one is in force that was put in force
   * last in this database.
   */
  readonly policy?: PolicyInput;
  /**
   * Which events are let in; those of the other mode are parked. `any` unless said otherwise: test events are booked like live ones
   * then, and the `logger` is warned at start.
   */
  readonly mode?: "live" | "test" | "any";
  /** How far a signature's time may be from ours, in seconds, on both sides; 300 unless said otherwise. */
  readonly toleranceSeconds?: number;
  /** Where your app is told of changes: a URL that messages are posted to, or a function. Without it messages wait. */
  readonly outbox?: OutboxOptions | OutboxFunction;
  /** On PostgreSQL: the schema that our tables are in, for a database that others use too. */
  readonly databaseSchema?: string;
  /**
   * Whether the schema is brought up to date when the database is opened; `true` unless said otherwise. Where tables of others stand,
   * that is refused; `"beside"` makes ours among them.
   */
  readonly migrate?: boolean | "beside";
  /** How many connections this process may have on PostgreSQL. */
  readonly pool?: number;
  /**
   * `false`: this process only receives and answers. At least one other must work, or call `runDue` again and again. `true` unless
   * said otherwise.
   */
  readonly workers?: boolean;
  /** How often a process that works asks the providers by itself, in minutes; never, unless said. It takes their `apiKey`. */
  readonly everyMinutes?: EveryMinutes;
  /** Where the time comes from: for tests. The system's, unless said otherwise. */
  readonly clock?: AppClock;
  /** Who may use `tallyhook.api()` where it is given no `authenticate`: `name:role:secret`, one or several. */
  readonly apiKeys?: string | undefined | readonly (string | undefined)[];
  /**
   * What tokens for owners' own pages are signed with: one or several (the first signs, all verify), of at least 32 characters, the same
   * in every process. Without it there are no tokens.
   */
  readonly tokenSecrets?: string | undefined | readonly (string | undefined)[];
  /** Where such pages are from (`https://app.example.com`), if not from the address that the API answers at. */
  readonly tokenOrigins?: string | undefined | readonly (string | undefined)[];
  /**
   * What wallets' ids are made with, at least 32 characters: nobody can guess an owner's then. Without it the database makes one and
   * keeps it; another than it keeps is refused. Give it where books are to be made anew with the same ids.
   */
  readonly installationKey?: string | undefined;
  /** Silent by default; a pino logger fits, and so does `console`, which is told nothing of the level `debug`. Nothing personal and no secret is given to it. */
  readonly logger?: Logger;
}

/** What is known of a provider. */
export interface ProviderOptions {
  /**
   * What its webhooks are signed with (`pdl_ntfset_…`, `whsec_…`): one or several (rotation), each optionally `account=secret`, of at
   * least 16 characters. Left out, where there is an `apiKey`: its webhooks are answered with 503.
   */
  readonly webhookSecrets?: string | undefined | readonly (string | undefined)[];
  /** What it is asked with for what it never delivered, and for what the books are compared with. */
  readonly apiKey?: string | undefined;
  /** Where it is asked: the provider's own API, unless a stand-in is meant. */
  readonly apiUrl?: string | undefined;
}

/** A provider of your own. */
export interface OtherProviderOptions {
  /** What reads and verifies its webhooks: docs/adding-a-provider.md. */
  readonly provider: Provider;
  /** What its webhooks are signed with. */
  readonly webhookSecrets: string | undefined | readonly (string | undefined)[];
}

/** Where messages are posted to, signed as Standard Webhooks describes. */
export interface OutboxOptions {
  /** Begins with `https://` or `http://`. */
  readonly url: string;
  /** `whsec_…`, as the app verifies it with. */
  readonly secret: string;
  /** Whether the URL may be of this machine or a private network. */
  readonly allowPrivate?: boolean;
}

/** How often the providers are asked. */
export interface EveryMinutes {
  /** … for what they never delivered: 1 to 10,080. */
  readonly backfill?: number;
  /** … for what the books are compared with: 1 to 44,640. */
  readonly reconcile?: number;
}

/** Where the time comes from: a `Date`, or nanoseconds since 1970. */
export interface AppClock {
  /** The time now. */
  now(): Date | Instant;
}

export interface ReadOptions {
  /** Checked, as of the environment. */
  readonly config: Config;
  /** The app's own providers. */
  readonly others: readonly ConfiguredProvider[];
  /** Silent where none is given. */
  readonly logger: Logger;
  /** The app's, for tests. */
  readonly clock: Clock | undefined;
  /** Whether this process does what is due. */
  readonly works: boolean;
  /** Where messages go, if to a function. */
  readonly sender: Sender | undefined;
}

/**
 * The options, checked like the variables of the environment that mean the same.
 * @throws ConfigurationError with every mistake
 */
export function readOptions(options: TallyhookOptions): ReadOptions {
  const read = new Reader();
  const given = read.options("options", options, known.options);
  const variables = environmentOf(read, given);
  const providers = {
    paddle: providerOf(read, "paddle", given.paddle),
    stripe: providerOf(read, "stripe", given.stripe),
  };
  const others = otherProvidersOf(read, given.otherProviders);
  const names = others.map(({ provider }) => provider.name);
  const policy = policyOf(read, given.policy, names);
  const logger = given.logger === undefined ? silent : loggerOf(read, given.logger);
  const clock = clockOf(read, given.clock);
  const works = read.flag("workers", given.workers) ?? true;
  const { outbox } = given;
  const sender = typeof outbox === "function" ? functionSender(outbox as OutboxFunction) : undefined;
  const config = read.config(variables);
  if (config === undefined || read.mistakes.length > 0) throw new ConfigurationError(read.mistakes);
  const secretsOf = (name: OwnProvider) => ({ ...config.providers[name], secrets: providers[name] });
  return {
    config: {
      ...config,
      providers: { paddle: secretsOf("paddle"), stripe: secretsOf("stripe") },
      policy,
    },
    others,
    logger,
    clock,
    works,
    sender,
  };
}

/** What there is: an option of another name was meant to be one of these. */
const known = {
  options: [
    "databaseUrl",
    "databaseSchema",
    "paddle",
    "stripe",
    "otherProviders",
    "policy",
    "mode",
    "toleranceSeconds",
    "outbox",
    "migrate",
    "pool",
    "workers",
    "everyMinutes",
    "clock",
    "installationKey",
    "apiKeys",
    "tokenSecrets",
    "tokenOrigins",
    "logger",
  ],
  provider: ["webhookSecrets", "apiKey", "apiUrl"],
  otherProvider: ["provider", "webhookSecrets"],
  outbox: ["url", "secret", "allowPrivate"],
  everyMinutes: ["backfill", "reconcile"],
} as const satisfies Record<string, readonly string[]>;

type Given = Readonly<Record<string, unknown>>;

function environmentOf(read: Reader, given: Given): Environment {
  if (isBlank(given.databaseUrl))
    read.mistake(
      "databaseUrl",
      "is missing; it must be sqlite:<path>, sqlite::memory: or postgres://…",
      "missing",
    );
  const every =
    given.everyMinutes === undefined
      ? {}
      : read.options("everyMinutes", given.everyMinutes, known.everyMinutes);
  const provider = (name: OwnProvider) => (isObject(given[name]) ? given[name] : {});
  const [paddle, stripe] = [provider("paddle"), provider("stripe")];
  return {
    DATABASE_URL: read.text("databaseUrl", given.databaseUrl),
    MODE: read.text("mode", given.mode),
    WEBHOOK_TOLERANCE_SECONDS: read.number("toleranceSeconds", given.toleranceSeconds),
    DATABASE_SCHEMA: read.text("databaseSchema", given.databaseSchema),
    MIGRATE: migrateOf(read, given.migrate),
    BACKFILL_EVERY_MINUTES: read.number("everyMinutes.backfill", every.backfill),
    RECONCILE_EVERY_MINUTES: read.number("everyMinutes.reconcile", every.reconcile),
    PADDLE_API_KEY: read.text("paddle.apiKey", paddle.apiKey),
    PADDLE_API_URL: read.text("paddle.apiUrl", paddle.apiUrl),
    STRIPE_API_KEY: read.text("stripe.apiKey", stripe.apiKey),
    STRIPE_API_URL: read.text("stripe.apiUrl", stripe.apiUrl),
    DATABASE_POOL: read.number("pool", given.pool),
    INSTALLATION_KEY: read.text("installationKey", given.installationKey),
    API_KEYS: read.texts("apiKeys", given.apiKeys),
    TOKEN_SECRET: read.texts("tokenSecrets", given.tokenSecrets),
    TOKEN_ORIGINS: read.texts("tokenOrigins", given.tokenOrigins),
    ...outboxOf(read, given.outbox),
  };
}

function migrateOf(read: Reader, given: unknown): string | undefined {
  if (given === "beside") return given;
  if (given === undefined || typeof given === "boolean") return given === false ? "off" : "on";
  return read.mistake("migrate", 'must be true, false or "beside"');
}

function outboxOf(read: Reader, given: unknown): Environment {
  if (given === undefined || typeof given === "function") return {};
  const outbox = read.options("outbox", given, known.outbox);
  if (isObject(given) && isBlank(outbox.url) && isBlank(outbox.secret))
    read.mistake("outbox", "must have a url and a secret, or be a function; leave it out if nobody is told");
  return {
    OUTBOX_URL: read.text("outbox.url", outbox.url),
    OUTBOX_SECRET: read.text("outbox.secret", outbox.secret),
    OUTBOX_ALLOW_PRIVATE: read.flag("outbox.allowPrivate", outbox.allowPrivate) === true ? "on" : "off",
  };
}

const isObject = (given: unknown): given is Given =>
  typeof given === "object" && given !== null && !Array.isArray(given);

/** Whether nothing was said: an environment variable that is not set is `undefined`. */
const isBlank = (given: unknown): boolean =>
  given === undefined || given === null || (typeof given === "string" && given.trim() === "");

/** A provider that is named without a secret would answer 503 for ever: leave it out, or set the secret. */
function providerOf(
  read: Reader,
  name: OwnProvider,
  given: unknown,
): Config["providers"]["paddle"]["secrets"] {
  if (given === undefined) return [];
  const options = read.options(name, given, known.provider);
  if (!("webhookSecrets" in options) && !isBlank(options.apiKey)) return [];
  return secretsOf(read, `${name}.webhookSecrets`, options.webhookSecrets, `${name} secret`);
}

/** `kind`: what it must not be recognised as another of; `null`: that of a provider of the app's own. */
function secretsOf(read: Reader, name: string, given: unknown, kind: Parameters<typeof readSecrets>[1]) {
  const items = [given].flat().filter((item) => !isBlank(item));
  if (items.length === 0) {
    read.mistake(name, "is missing; leave the provider out if it has no secret", "missing");
    return [];
  }
  if (!items.every((item) => typeof item === "string")) {
    read.mistake(name, "must be a text, or a list of texts");
    return [];
  }
  const { secrets, problems } = readSecrets(
    items.flatMap((text) => text.split(",")),
    kind,
  );
  for (const { problem, code } of problems) read.mistake(name, problem, code);
  return secrets;
}

function otherProvidersOf(read: Reader, given: unknown): ConfiguredProvider[] {
  if (given === undefined) return [];
  if (!Array.isArray(given)) {
    read.mistake("otherProviders", "must be a list of { provider, webhookSecrets }");
    return [];
  }
  return given.flatMap((one: unknown, index) => {
    const place = `otherProviders[${index}]`;
    const { provider, webhookSecrets } = read.options(place, one, known.otherProvider);
    const name = (provider as Provider | undefined)?.name;
    if (typeof name !== "string" || name === "")
      return read.mistake(`${place}.provider`, "must be a provider, with a name") ?? [];
    if (providerNames.some((own) => own === name))
      return read.mistake(`${place}.provider`, `${name} comes with Tallyhook: configure it as ${name}`) ?? [];
    return {
      provider: provider as Provider,
      secrets: secretsOf(read, `${name}.webhookSecrets`, webhookSecrets, null),
    };
  });
}

function policyOf(read: Reader, given: unknown, others: readonly string[]): PolicyTerms | null {
  if (given === undefined) return null;
  const reading = readPolicy(given, others);
  if (reading.kind === "policy") return reading.terms;
  for (const { path, problem, code } of reading.mistakes)
    read.mistake(path === "the document" ? "policy" : `policy.${path}`, problem, code);
  return null;
}

/** Whatever it says is taken: a test's clock may stand still, or go back. */
function clockOf(read: Reader, given: unknown): Clock | undefined {
  if (given === undefined) return undefined;
  const clock = given as AppClock;
  if (!isObject(given) || typeof clock.now !== "function")
    return read.mistake("clock", "must have a method now, which gives a Date");
  return {
    now: () => {
      const now = clock.now();
      return types.isDate(now) ? fromUnixMilliseconds(now.getTime()) : now;
    },
  };
}

function loggerOf(read: Reader, given: unknown): Logger {
  const logger = (given ?? {}) as Partial<Record<string, unknown>>;
  if (["info", "warn", "error"].every((level) => typeof logger[level] === "function"))
    return given instanceof Console ? withoutDebug(given) : (given as Logger);
  read.mistake("logger", "must have the methods info, warn and error, as pino's loggers and console have");
  return silent;
}

/** A console has no level: it would print also what is only for who looks for something, such as a line for every batch. */
const withoutDebug = (given: Console): Logger => ({
  info: (fields, message) => given.info(fields, message),
  warn: (fields, message) => given.warn(fields, message),
  error: (fields, message) => given.error(fields, message),
});

/** Reads options one by one and collects what is wrong: programs without types can hand over anything. */
class Reader {
  readonly mistakes: Mistake[] = [];

  mistake(name: string, problem: string, code: Mistake["code"] = "invalid"): undefined {
    this.mistakes.push({ name, code, problem });
  }

  options(place: string, given: unknown, names: readonly string[]): Given {
    if (!isObject(given)) {
      this.mistake(place, `must be an object, of ${names.join(", ")}`);
      return {};
    }
    const prefix = place === "options" ? "" : `${place}.`;
    for (const name of Object.keys(given))
      if (!names.includes(name)) this.mistake(`${prefix}${name}`, notKnown(names, name), "unknown");
    return given;
  }

  text(name: string, given: unknown): string | undefined {
    if (given === undefined || given === null) return undefined;
    if (typeof given === "string") return given;
    return this.mistake(name, "must be a text");
  }

  /** As a variable would say it. */
  number(name: string, given: unknown): string | undefined {
    if (given === undefined) return undefined;
    return typeof given === "number" ? String(given) : this.mistake(name, "must be a number");
  }

  /** One or several, as a variable would say them. */
  texts(name: string, given: unknown): string | undefined {
    const items = [given].flat().filter((item) => !isBlank(item));
    if (items.every((item) => typeof item === "string")) return items.join(",");
    return this.mistake(name, "must be a text, or a list of texts");
  }

  flag(name: string, given: unknown): boolean | undefined {
    if (given === undefined || typeof given === "boolean") return given;
    return this.mistake(name, "must be true or false");
  }

  config(environment: Environment): Config | undefined {
    try {
      return readConfig(environment);
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      this.mistakes.push(...error.mistakes.map(inWordsOfAnOption));
      return undefined;
    }
  }
}

/** @throws ConfigurationError whose mistakes are those of options */
export async function inWordsOfOptions<Result>(run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new ConfigurationError(error.mistakes.map(inWordsOfAnOption));
  }
}

function inWordsOfAnOption({ name, problem, code }: Mistake): Mistake {
  return { name: optionOf[name] ?? name, code, problem: translated(problem) };
}

function translated(problem: string): string {
  return Object.entries(optionOf).reduce(
    (text, [variable, option]) => text.replaceAll(variable, option),
    problem,
  );
}
