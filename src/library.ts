import { type Config, type Environment, readConfig, readSecrets } from "./config.ts";
import { Closed, ConfigurationError, type Mistake } from "./domain/errors.ts";
import { type OwnProvider, providerNames } from "./domain/ids.ts";
import type { WebhookHandler } from "./http/webhook-handler.ts";
import { type Logger, silent } from "./services/log.ts";
import type { Provider } from "./services/other-provider.ts";
import { type PolicyInput, type PolicyTerms, readPolicy } from "./services/read-policy.ts";
import type { ConfiguredProvider } from "./services/services.ts";
import { type SpendingWallet, spendingWallet } from "./services/spending/spending-wallet.ts";
import { type Composition, compose, sayStarted } from "./tallyhook.ts";

export interface TallyhookOptions {
  /** `sqlite:<path>`, `sqlite::memory:` or `postgres://…`; migrations run when it is opened. */
  readonly databaseUrl: string;
  readonly paddle?: ProviderOptions;
  readonly stripe?: ProviderOptions;
  /** Providers of your own, beside those two. */
  readonly otherProviders?: readonly OtherProviderOptions[];
  /** As in a policy file. Without it the one is in force that was put in force last in this database. */
  readonly policy?: PolicyInput;
  readonly mode?: Config["mode"];
  readonly toleranceSeconds?: number;
  /** Where the app is told of changes; without it messages wait. */
  readonly outbox?: OutboxOptions;
  /** Silent by default; a pino logger fits, and so does `console`. */
  readonly logger?: Logger;
}

export interface ProviderOptions {
  /** One or several (rotation), each optionally `account=secret`, of at least 16 characters. */
  readonly webhookSecrets: string | undefined | readonly (string | undefined)[];
}

export type OtherProviderOptions = ProviderOptions & { readonly provider: Provider };

export interface OutboxOptions {
  readonly url: string;
  /** `whsec_…`, as the app verifies it with. */
  readonly secret: string;
  /** Whether the URL may be of this machine or a private network. */
  readonly allowPrivate?: boolean;
}

export interface Tallyhook {
  /** `app.use("/webhooks", tallyhook.webhooks)`: mount it before any body parser. */
  readonly webhooks: WebhookHandler;
  /**
   * What an owner prepaid in a currency, to be spent by the app.
   * @throws SpendingRefused if that names no owner or no currency
   */
  wallet(of: { readonly owner: string; readonly currency: string }): SpendingWallet;
  /** Finishes what was accepted, and lets the database go. May be called again. */
  close(): Promise<void>;
}

/** See `index.ts`. */
export async function createTallyhook(options: TallyhookOptions): Promise<Tallyhook> {
  const { config, others, logger } = readOptions(options);
  const tallyhook = await inWordsOfOptions(() => compose(config, { logger, otherProviders: others }));
  tallyhook.work();
  sayStarted(tallyhook.services, {});
  return untilClosed(tallyhook);
}

function untilClosed({ services, webhooks, close }: Composition): Tallyhook {
  let closing: Promise<void> | undefined;
  const open = <Arguments extends unknown[], Answer>(ask: (...given: Arguments) => Promise<Answer>) => {
    return async (...given: Arguments): Promise<Answer> => {
      if (closing !== undefined) throw new Closed("Tallyhook was closed.");
      return ask(...given);
    };
  };
  return {
    webhooks,
    wallet: (of) => {
      const { enoughBalance, use, hold } = spendingWallet(services, of);
      return { enoughBalance: open(enoughBalance), use: open(use), hold: open(hold) };
    },
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

interface Read {
  readonly config: Config;
  readonly others: readonly ConfiguredProvider[];
  readonly logger: Logger;
}

/**
 * The options, checked like the variables of the environment that mean the same.
 * @throws ConfigurationError with every mistake
 */
function readOptions(options: TallyhookOptions): Read {
  const read = new Reader();
  const given = read.options("options", options, known.options);
  const variables = environmentOf(read, given);
  const providers = {
    paddle: providerOf(read, "paddle", given.paddle),
    stripe: providerOf(read, "stripe", given.stripe),
  };
  const others = otherProvidersOf(read, given.otherProviders);
  const policy = policyOf(read, given.policy);
  const logger = given.logger === undefined ? silent : loggerOf(read, given.logger);
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
  };
}

/** What there is: an option of another name was meant to be one of these. */
const known = {
  options: [
    "databaseUrl",
    "paddle",
    "stripe",
    "otherProviders",
    "policy",
    "mode",
    "toleranceSeconds",
    "outbox",
    "logger",
  ],
  provider: ["webhookSecrets"],
  otherProvider: ["provider", "webhookSecrets"],
  outbox: ["url", "secret", "allowPrivate"],
} as const satisfies Record<string, readonly string[]>;

/** Which option stands for which variable of the environment; what is said of the one is said of the other. */
const optionOf: Readonly<Record<string, string>> = {
  "OUTBOX_ALLOW_PRIVATE=on": "outbox.allowPrivate: true",
  DATABASE_URL: "databaseUrl",
  MODE: "mode",
  WEBHOOK_TOLERANCE_SECONDS: "toleranceSeconds",
  OUTBOX_URL: "outbox.url",
  OUTBOX_SECRET: "outbox.secret",
};

type Given = Readonly<Record<string, unknown>>;

function environmentOf(read: Reader, given: Given): Environment {
  if (isBlank(given.databaseUrl))
    read.mistake("databaseUrl", "is missing; it must be sqlite:<path>, sqlite::memory: or postgres://…");
  const outbox = given.outbox === undefined ? {} : read.options("outbox", given.outbox, known.outbox);
  if (given.outbox !== undefined && isBlank(outbox.url) && isBlank(outbox.secret))
    read.mistake("outbox", "must have a url and a secret; leave it out if nobody is told");
  if (outbox.allowPrivate !== undefined && typeof outbox.allowPrivate !== "boolean")
    read.mistake("outbox.allowPrivate", "must be true or false");
  if (given.toleranceSeconds !== undefined && typeof given.toleranceSeconds !== "number")
    read.mistake("toleranceSeconds", "must be a number");
  return {
    DATABASE_URL: read.text("databaseUrl", given.databaseUrl),
    MODE: read.text("mode", given.mode),
    WEBHOOK_TOLERANCE_SECONDS:
      typeof given.toleranceSeconds === "number" ? String(given.toleranceSeconds) : undefined,
    OUTBOX_URL: read.text("outbox.url", outbox.url),
    OUTBOX_SECRET: read.text("outbox.secret", outbox.secret),
    OUTBOX_ALLOW_PRIVATE: outbox.allowPrivate === true ? "on" : "off",
  };
}

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
  const { webhookSecrets } = read.options(name, given, known.provider);
  return secretsOf(read, `${name}.webhookSecrets`, webhookSecrets);
}

function secretsOf(read: Reader, name: string, given: unknown) {
  const items = [given].flat().filter((item) => !isBlank(item));
  if (items.length === 0) {
    read.mistake(name, "is missing; leave the provider out if it has no secret");
    return [];
  }
  if (!items.every((item) => typeof item === "string")) {
    read.mistake(name, "must be a text, or a list of texts");
    return [];
  }
  const { secrets, problems } = readSecrets(items.flatMap((text) => text.split(",")));
  for (const problem of problems) read.mistake(name, problem);
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
      secrets: secretsOf(read, `${name}.webhookSecrets`, webhookSecrets),
    };
  });
}

function policyOf(read: Reader, given: unknown): PolicyTerms | null {
  if (given === undefined) return null;
  const reading = readPolicy(given);
  if (reading.kind === "policy") return reading.terms;
  for (const { path, problem } of reading.mistakes)
    read.mistake(path === "the document" ? "policy" : `policy.${path}`, problem);
  return null;
}

function loggerOf(read: Reader, given: unknown): Logger {
  const logger = (given ?? {}) as Partial<Record<string, unknown>>;
  if (["info", "warn", "error"].every((level) => typeof logger[level] === "function")) return given as Logger;
  read.mistake("logger", "must have the methods info, warn and error, as pino's loggers and console have");
  return silent;
}

/** Reads options one by one and collects what is wrong: programs without types can hand over anything. */
class Reader {
  readonly mistakes: Mistake[] = [];

  mistake(name: string, problem: string): undefined {
    this.mistakes.push({ name, problem });
  }

  options(place: string, given: unknown, names: readonly string[]): Given {
    if (typeof given !== "object" || given === null || Array.isArray(given)) {
      this.mistake(place, `must be an object, of ${names.join(", ")}`);
      return {};
    }
    const prefix = place === "options" ? "" : `${place}.`;
    for (const name of Object.keys(given))
      if (!names.includes(name))
        this.mistake(`${prefix}${name}`, `is not known; known are ${names.join(", ")}`);
    return given as Given;
  }

  text(name: string, given: unknown): string | undefined {
    if (given === undefined || given === null) return undefined;
    if (typeof given === "string") return given;
    return this.mistake(name, "must be a text");
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
async function inWordsOfOptions<Result>(run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new ConfigurationError(error.mistakes.map(inWordsOfAnOption));
  }
}

function inWordsOfAnOption({ name, problem }: Mistake): Mistake {
  return { name: optionOf[name] ?? name, problem: translated(problem) };
}

function translated(problem: string): string {
  return Object.entries(optionOf).reduce(
    (text, [variable, option]) => text.replaceAll(variable, option),
    problem,
  );
}
