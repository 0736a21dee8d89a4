import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { type ConsoleRole, consoleRoles } from "./console/kit/page.ts";
import { ConfigurationError, type Mistake } from "./domain/errors.ts";
import { type OwnProvider, providerNames } from "./domain/ids.ts";
import { isZone } from "./domain/local-calendar.ts";
import { nearestName } from "./domain/nearest-name.ts";
import { type ApiKey, readApiKey, shortestSecret } from "./http/kit/api-keys.ts";
import { TrustedProxies } from "./http/kit/client-address.ts";
import { modeOfKey, otherKindOf, type SecretKind } from "./providers/kit/secret-kinds.ts";
import type { Secret } from "./providers/provider.ts";
import { type PolicyTerms, readPolicy } from "./services/charges/read-policy.ts";
import { isPrivateHost, type OutboxTarget } from "./services/outbox/send-message.ts";
import { isHashed, readHash } from "./services/people/passwords.ts";
import type { ConsoleUser } from "./services/people/sessions.ts";
import type { TokenSettings } from "./services/people/tokens.ts";
import { leastConnections } from "./store/engine/settings.ts";

export const modes = ["live", "test", "any"] as const;
const migrates = ["on", "off", "beside"] as const;
export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

/** What the environment and the policy file say, checked. */
export interface Config {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** `sqlite:<path>`, `sqlite::memory:` or `postgres://…`. */
  readonly databaseUrl: string;
  /** Of PostgreSQL: the schema that our tables are in; `null`: where the connection leads, `public` as a rule. */
  readonly databaseSchema: string | null;
  /** Of PostgreSQL: how many connections a process may have; `null`: as many as it usually has. */
  readonly databasePool: number | null;
  /** What wallets are named under; `null`: what the database keeps, which makes one if it has none. */
  readonly installationKey: string | null;
  /** Whether migrations run at start. */
  readonly migrate: boolean;
  /** Whether they may make our tables where those of others are. */
  readonly migratesBeside: boolean;
  readonly providers: Readonly<Record<OwnProvider, ProviderConfig>>;
  /** Whether a server does what is due, besides receiving and answering. */
  readonly workers: boolean;
  readonly mode: (typeof modes)[number];
  readonly toleranceSeconds: number;
  readonly apiKeys: readonly ApiKey[];
  /** The address that people and providers use, with its path; `null`: not said. */
  readonly publicUrl: string | null;
  /** Whose word is taken for the address that a request came from. */
  readonly proxies: TrustedProxies;
  readonly consoleUsers: readonly ConsoleUser<ConsoleRole>[];
  /** The zone that pages and months begin with. */
  readonly consoleZone: string;
  /** `null`: none is given, so the one that was put in force last is. */
  readonly policy: PolicyTerms | null;
  readonly outbox: OutboxTarget | null;
  /** How often a server asks the providers for what was never delivered, in minutes; `null`: never. */
  readonly backfillEveryMinutes: number | null;
  /** How often a server compares the books with what the providers state; `null`: only on request. */
  readonly reconcileEveryMinutes: number | null;
  readonly logLevel: (typeof logLevels)[number];
  /** What `/metrics` is asked with; `null`: by anybody. */
  readonly metricsKey: string | null;
  /** Of tokens that owners' pages ask with. */
  readonly tokens: TokenSettings;
}

export interface ProviderConfig {
  /** None: the provider's webhooks answer 503. */
  readonly secrets: readonly Secret[];
  readonly apiKey: string | null;
  /** `null`: the provider's own. */
  readonly apiUrl: string | null;
}

/** What each provider that has a secret signs with now: the first, where there are several for rotation. */
export function firstSecrets({ providers }: Config): Partial<Record<OwnProvider, string>> {
  const first = providerNames.map((name) => [name, providers[name].secrets[0]?.secret]);
  return Object.fromEntries(first.filter(([, secret]) => secret !== undefined));
}

/** In characters. */
const shortestPassword = 12;
const shortestTokenSecret = 32;
const shortestInstallationKey = 32;

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The process's environment on top of what `.env` in the working folder says. What is set to nothing hides nothing.
 * @throws ConfigurationError if there is a `.env` that cannot be read
 */
export function readEnvironment(file = ".env", environment: Environment = process.env): Environment {
  try {
    const set = Object.entries(environment).filter(([, text]) => text !== "");
    return { ...parseEnv(readFileSync(file, "utf8")), ...Object.fromEntries(set) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return environment;
    throw new ConfigurationError([{ name: file, code: "invalid", problem: `cannot be read (${code})` }]);
  }
}

/** For an environment that other programs share. */
const ownPrefix = "TALLYHOOK_";

/**
 * What a variable is set to, and which one says so: `TALLYHOOK_<name>` goes before `<name>`, wherever each was set. Set to
 * nothing, or blanks, it is not set.
 */
export function settingOf(
  environment: Environment,
  name: string,
): { readonly variable: string; readonly text: string } | undefined {
  for (const variable of [`${ownPrefix}${name}`, name]) {
    const text = environment[variable]?.trim() ?? "";
    if (text !== "") return { variable, text };
  }
  return undefined;
}

/**
 * Reads every variable, then says everything that is wrong.
 * @throws ConfigurationError
 */
export function readConfig(environment: Environment): Config {
  const read = new Reader(environment);
  const migrate = read.oneOf("MIGRATE", migrates);
  const config: Config = {
    host: read.text("HOST") ?? "127.0.0.1",
    port: read.integer("PORT", { from: 0, to: 65_535 }) ?? 8787,
    databaseUrl: read.databaseUrl("DATABASE_URL") ?? "sqlite:./data/tallyhook.db",
    databaseSchema: read.schemaName("DATABASE_SCHEMA"),
    databasePool: read.integer("DATABASE_POOL", { from: leastConnections, to: 500 }) ?? null,
    installationKey: read.installationKey("INSTALLATION_KEY"),
    migrate: migrate !== "off",
    migratesBeside: migrate === "beside",
    providers: {
      paddle: providerConfig(read, "paddle"),
      stripe: providerConfig(read, "stripe"),
    },
    workers: read.oneOf("WORKERS", ["on", "off"]) !== "off",
    mode: read.oneOf("MODE", modes) ?? "any",
    toleranceSeconds: read.integer("WEBHOOK_TOLERANCE_SECONDS", { from: 0, to: 999_999_999 }) ?? 300,
    apiKeys: read.apiKeys("API_KEYS"),
    proxies: read.proxies("TRUST_PROXY"),
    publicUrl: read.webUrl("PUBLIC_URL"),
    consoleUsers: read.consoleUsers("CONSOLE_USERS"),
    consoleZone: read.zone("CONSOLE_ZONE") ?? "UTC",
    policy: read.policyFile("POLICY_FILE") ?? null,
    outbox: outboxConfig(read),
    backfillEveryMinutes: read.integer("BACKFILL_EVERY_MINUTES", { from: 1, to: 10_080 }) ?? null,
    reconcileEveryMinutes: read.integer("RECONCILE_EVERY_MINUTES", { from: 1, to: 44_640 }) ?? null,
    logLevel: read.oneOf("LOG_LEVEL", logLevels) ?? "info",
    metricsKey: read.key("METRICS_KEY"),
    tokens: { secrets: read.tokenSecrets("TOKEN_SECRET"), origins: read.origins("TOKEN_ORIGINS") },
  };
  for (const name of providerNames) checkKey(read, name, config);
  if (config.publicUrl !== null && webhooksPath.test(config.publicUrl))
    read.mistake("PUBLIC_URL", `must be without ${webhooksPath.exec(config.publicUrl)?.[0]}: that is added`);
  read.refuseUnknown();
  if (read.mistakes.length > 0) throw new ConfigurationError(read.mistakes);
  return config;
}

/** What stands at a provider is the address of its webhooks. */
const webhooksPath = new RegExp(`/webhooks/(?:${providerNames.join("|")})/?$`);

function providerConfig(read: Reader, provider: OwnProvider): ProviderConfig {
  const prefix = provider.toUpperCase();
  return {
    secrets: read.secrets(`${prefix}_WEBHOOK_SECRET`, `${provider} secret`),
    apiKey: read.apiKey(`${prefix}_API_KEY`, `${provider} key`),
    apiUrl: read.webUrl(`${prefix}_API_URL`),
  };
}

/** Where keys are asked that say of themselves whose money they read. A stand-in is somewhere else, and takes any. */
const ownHosts: Readonly<Record<string, "live" | "test" | undefined>> = {
  "api.paddle.com": "live",
  "sandbox-api.paddle.com": "test",
  "api.stripe.com": undefined,
};

/** A key of one mode where the other is said would fetch nothing, or what is all parked. */
function checkKey(read: Reader, provider: OwnProvider, { providers, mode }: Config): void {
  const { apiKey, apiUrl } = providers[provider];
  const name = `${provider.toUpperCase()}_API_KEY`;
  const host = apiUrl === null ? null : new URL(apiUrl).hostname;
  const isElsewhere = host !== null && !(host in ownHosts);
  const reads = apiKey === null || isElsewhere ? undefined : modeOfKey(provider, apiKey);
  if (reads === undefined || read.isWrong(name)) return;
  const kind =
    reads === "live" ? "a live key" : `a key of ${provider === "paddle" ? "the sandbox" : "test mode"}`;
  if (mode !== "any" && mode !== reads)
    read.mistake(name, `is ${kind}, but MODE is ${mode}: events of the other mode are parked`, "wrong_kind");
  else if (host !== null && ownHosts[host] !== undefined && ownHosts[host] !== reads) {
    const asked = reads === "test" ? "of live mode" : "the sandbox";
    read.mistake(name, `is ${kind}, but PADDLE_API_URL is ${asked}; leave it out`, "wrong_kind");
  }
}

function outboxConfig(read: Reader): Config["outbox"] {
  const url = read.webUrl("OUTBOX_URL");
  const secret = read.signingSecret("OUTBOX_SECRET");
  const allowPrivate = read.oneOf("OUTBOX_ALLOW_PRIVATE", ["on", "off"]) === "on";
  if (url !== null && !allowPrivate && isPrivateHost(new URL(url)))
    read.mistake("OUTBOX_URL", "is no public address; OUTBOX_ALLOW_PRIVATE=on allows it");
  if (url !== null && secret !== null) return { url, secret, allowPrivate };
  if (url !== null && !read.isWrong("OUTBOX_SECRET"))
    read.mistake("OUTBOX_SECRET", "is missing; OUTBOX_URL needs it to sign with", "missing");
  if (secret !== null && !read.isWrong("OUTBOX_URL"))
    read.mistake("OUTBOX_URL", "is missing; OUTBOX_SECRET has nothing to sign without it", "missing");
  return null;
}

/**
 * The secrets of one provider: several for rotation, each optionally `account=secret`. Blank and short ones are mistakes,
 * because anybody can sign with what can be guessed.
 */
export function readSecrets(
  items: readonly string[],
  kind: SecretKind | null,
): { secrets: Secret[]; problems: Problem[] } {
  const secrets: Secret[] = [];
  const problems: Problem[] = [];
  for (const [index, item] of items.entries()) {
    const secret = readSecret(item.trim());
    const otherKind = kind === null ? undefined : otherKindOf(kind, secret.secret);
    const wrong = (problem: string, code: Mistake["code"] = "invalid") =>
      problems.push({ problem: `number ${index + 1} ${problem}`, code });
    if (secret.secret === "") wrong("is blank");
    else if (otherKind !== undefined) wrong(otherKind, "wrong_kind");
    else if (secret.secret.length < shortestSecret) wrong(`must have at least ${shortestSecret} characters`);
    else if (secrets.some((other) => other.secret === secret.secret)) wrong("is there already");
    else secrets.push(secret);
  }
  return { secrets, problems };
}

type Problem = Omit<Mistake, "name">;

/** A secret may hold "=" itself: what stands before it is an account only if what follows is long enough for a secret. */
function readSecret(text: string): Secret {
  // The providers' own secrets begin in a way no account does.
  const [, account, rest = ""] = /^(?!pdl_ntfset_|whsec_)([A-Za-z0-9][\w.-]*)=(.*)$/s.exec(text) ?? [];
  const secret = rest.trim();
  if (account === undefined || secret.length < shortestSecret) return { account: "default", secret: text };
  return { account, secret };
}

/** Reads variables one by one and collects what is wrong. */
class Reader {
  readonly mistakes: Mistake[] = [];
  readonly #environment: Environment;
  /** The names that were asked for: there are no others. */
  readonly #known = new Set<string>();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Told by the variable that was set. */
  mistake(name: string, problem: string, code: Mistake["code"] = "invalid"): undefined {
    this.mistakes.push({ name: this.#variableOf(name), problem, code });
  }

  isWrong(name: string): boolean {
    const variable = this.#variableOf(name);
    return this.mistakes.some((mistake) => mistake.name === variable);
  }

  #variableOf(name: string): string {
    return settingOf(this.#environment, name)?.variable ?? name;
  }

  /** A variable with our prefix that nobody asked for was meant to be one that is. */
  refuseUnknown(): void {
    const known = [...this.#known];
    for (const variable of Object.keys(this.#environment)) {
      const name = variable.startsWith(ownPrefix) ? variable.slice(ownPrefix.length) : undefined;
      if (name === undefined || this.#known.has(name) || !this.#environment[variable]) continue;
      this.mistakes.push({
        name: variable,
        code: "unknown",
        problem: `is no variable; the nearest is ${ownPrefix}${nearestName(known, name)}`,
      });
    }
  }

  text(name: string): string | undefined {
    this.#known.add(name);
    return settingOf(this.#environment, name)?.text;
  }

  integer(name: string, { from, to }: { from: number; to: number }): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= from && value <= to) return value;
    return this.mistake(name, `must be a whole number from ${from} to ${to}`);
  }

  oneOf<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const choice = choices.find((known) => known === text);
    return choice ?? this.mistake(name, `must be one of ${choices.join(", ")}`);
  }

  databaseUrl(name: string): string | undefined {
    const text = this.text(name);
    if (text === undefined || /^sqlite:./.test(text)) return text;
    if (/^postgres(?:ql)?:\/\/./.test(text) && URL.canParse(text)) return text;
    return this.mistake(name, "must be sqlite:<path>, sqlite::memory: or postgres://…");
  }

  /** As PostgreSQL takes it without quotes; what begins with `pg_` is its own. */
  schemaName(name: string): string | null {
    const text = this.text(name);
    if (text === undefined || /^(?!pg_)[a-z_][a-z0-9_]{0,62}$/.test(text)) return text ?? null;
    this.mistake(
      name,
      "must be the name of a schema: at most 63 small letters, digits and _, not beginning with pg_",
    );
    return null;
  }

  webUrl(name: string): string | null {
    const text = this.text(name);
    if (text === undefined) return null;
    if (/^https?:\/\//.test(text) && URL.canParse(text)) return text;
    this.mistake(name, "must be a URL that begins with https:// or http://");
    return null;
  }

  /** `null` if it is not set. Blanks are no secret, and whoever set them believes that there is one. */
  secret(name: string): string | null {
    const text = this.text(name) ?? null;
    if (text === null && (this.#environment[name] || this.#environment[`${ownPrefix}${name}`]))
      this.mistake(name, "is blank; leave the variable out if there is no secret");
    return text;
  }

  /** One that is sent as a bearer's. */
  key(name: string): string | null {
    const text = this.secret(name);
    if (text !== null && (text.length < shortestSecret || /\s/.test(text)))
      this.mistake(name, `must have at least ${shortestSecret} characters, and no blank among them`);
    else this.#ofItsKind(name, text, "own");
    return text;
  }

  installationKey(name: string): string | null {
    const text = this.secret(name);
    if (text !== null && text.length < shortestInstallationKey)
      this.mistake(name, `must have at least ${shortestInstallationKey} characters`);
    else this.#ofItsKind(name, text, "own");
    return text;
  }

  /** What a provider is asked with. */
  apiKey(name: string, kind: SecretKind): string | null {
    return this.#ofItsKind(name, this.secret(name), kind);
  }

  #ofItsKind(name: string, text: string | null, kind: SecretKind): string | null {
    const otherKind = text === null ? undefined : otherKindOf(kind, text);
    if (otherKind !== undefined) this.mistake(name, otherKind, "wrong_kind");
    return text;
  }

  secrets(name: string, kind: SecretKind): Secret[] {
    const text = this.secret(name);
    if (text === null) return [];
    const { secrets, problems } = readSecrets(text.split(","), kind);
    for (const { problem, code } of problems) this.mistake(name, problem, code);
    return secrets;
  }

  /** The first signs, all verify. */
  tokenSecrets(name: string): string[] {
    const items = this.secret(name)?.split(",") ?? [];
    const secrets = items.map((item) => item.trim());
    for (const [index, secret] of secrets.entries()) {
      const otherKind = otherKindOf("own", secret);
      const wrong = (problem: string, code?: Mistake["code"]) =>
        this.mistake(name, `number ${index + 1} ${problem}`, code);
      if (otherKind !== undefined) wrong(otherKind, "wrong_kind");
      else if (secret.length < shortestTokenSecret)
        wrong(`must have at least ${shortestTokenSecret} characters`);
      else if (secrets.indexOf(secret) < index) wrong("is there already");
    }
    return secrets;
  }

  /** As browsers say where a page is from; `*` and `null` would be anybody. */
  origins(name: string): string[] {
    const origins = [...this.#items(name)].map(([, item]) => item.trim());
    for (const [index, origin] of origins.entries())
      if (!/^https?:/.test(origin) || !URL.canParse(origin) || new URL(origin).origin !== origin)
        this.mistake(
          name,
          `number ${index + 1} must be a scheme, a host and, if it is not the usual one, a port, such as https://app.example.com`,
        );
    return origins;
  }

  /** Standard Webhooks: `whsec_` and the base64 of 24 to 64 bytes. */
  signingSecret(name: string): string | null {
    const text = this.secret(name);
    const otherKind = text === null || text.startsWith("whsec_") ? undefined : otherKindOf("own", text);
    if (otherKind !== undefined) this.mistake(name, `${otherKind}: whsec_ and base64`, "wrong_kind");
    if (text === null || otherKind !== undefined) return null;
    const [, base64 = ""] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
    const { length } = Buffer.from(base64, "base64");
    if (length >= 24 && length <= 64) return text;
    this.mistake(name, "must be whsec_ and the base64 of 24 to 64 random bytes");
    return null;
  }

  proxies(name: string): TrustedProxies {
    const proxies = new TrustedProxies();
    for (const [index, item] of this.#items(name)) {
      const problem = proxies.add(item.trim());
      if (problem !== undefined) this.mistake(name, `number ${index + 1} ${problem}`);
    }
    return proxies;
  }

  apiKeys(name: string): ApiKey[] {
    const keys: ApiKey[] = [];
    for (const [index, item] of this.#items(name)) {
      const reading = readApiKey(item);
      const otherKind = otherKindIn(item);
      const wrong = (problem: string, code?: Mistake["code"]) =>
        this.mistake(name, `number ${index + 1} ${problem}`, code);
      if (otherKind !== undefined) wrong(otherKind, "wrong_kind");
      else if (reading.kind === "mistake") wrong(reading.problem);
      else if (keys.some((key) => key.name === reading.key.name)) wrong("has the name of another key");
      else if (keys.some((key) => key.digest.equals(reading.key.digest)))
        wrong("has the secret of another key");
      else keys.push(reading.key);
    }
    return keys;
  }

  zone(name: string): string | undefined {
    const text = this.text(name);
    if (text === undefined || isZone(text)) return text;
    return this.mistake(name, "must be a zone of the time zone database, such as UTC or Europe/Berlin");
  }

  consoleUsers(name: string): ConsoleUser<ConsoleRole>[] {
    const users: ConsoleUser<ConsoleRole>[] = [];
    for (const [index, item] of this.#items(name)) {
      const [user = "", role = "", ...rest] = item.trim().split(":");
      const password = rest.join(":");
      const wrong = (problem: string) => this.mistake(name, `number ${index + 1} ${problem}`);
      const known = consoleRoles.find((name) => name === role);
      const hashProblem = isHashed(password) ? readHash(password) : null;
      const otherKind = otherKindIn(item);
      if (otherKind !== undefined) this.mistake(name, `number ${index + 1} ${otherKind}`, "wrong_kind");
      else if (!/^[\w.@-]+$/.test(user) || known === undefined)
        wrong(`must be name:role:password, with a role of ${consoleRoles.join(", ")}`);
      else if (password.trim() === "") wrong("has a blank password");
      else if (typeof hashProblem === "string") wrong(hashProblem);
      else if (password.length < shortestPassword)
        wrong(`must have a password of at least ${shortestPassword} characters`);
      else if (users.some((other) => other.name === user)) wrong("has the name of another user");
      else users.push({ name: user, role: known, password });
    }
    return users;
  }

  #items(name: string): Iterable<[index: number, item: string]> {
    return (this.text(name)?.split(",") ?? []).entries();
  }

  policyFile(name: string): PolicyTerms | undefined {
    const file = this.text(name);
    if (file === undefined) return undefined;
    const document = this.#json(name, file);
    if (document === undefined) return undefined;
    const reading = readPolicy(document.json);
    if (reading.kind === "policy") return reading.terms;
    for (const { path, problem, code } of reading.mistakes)
      this.mistake(name, `${file}: ${path} ${problem}`, code);
    return undefined;
  }

  #json(name: string, file: string): { json: unknown } | undefined {
    try {
      return { json: JSON.parse(readFileSync(file, "utf8")) };
    } catch (error) {
      const problem =
        error instanceof SyntaxError
          ? `is not JSON${placeIn(error)}`
          : `cannot be read (${(error as NodeJS.ErrnoException).code})`;
      return this.mistake(name, `${file} ${problem}`);
    }
  }
}

/** Of `name:role:secret`, or of a provider's secret in its place. */
const otherKindIn = (item: string): string | undefined =>
  otherKindOf("own", item.trim().replace(/^[^:]*:[^:]*:/, ""));

/** Where it stops being JSON, if that is said; the rest of the message quotes the file, which may be one full of secrets. */
function placeIn({ message }: SyntaxError): string {
  const [place] = /\(line \d+ column \d+\)$/.exec(message) ?? [];
  return place === undefined ? "" : ` ${place}`;
}
