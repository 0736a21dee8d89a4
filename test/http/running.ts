import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Environment, readConfig } from "../../src/config.ts";
import type { OwnProvider } from "../../src/domain/ids.ts";
import { fromUnixSeconds, systemClock } from "../../src/domain/time.ts";
import type { Logger } from "../../src/services/kit/log.ts";
import { type ComposeOptions, type Composition, compose, signatureHeader } from "../../src/tallyhook.ts";
import { projectRoot } from "../support/project-root.ts";
import { installationKey } from "../support/wallet-ids.ts";

export const secret = "pdl_ntfset_of-the-tests";
export const keys = {
  read: "of-one-who-only-reads",
  app: "of-an-app-that-spends",
  finance: "of-somebody-in-finance",
};

export const fixture = (path: string): Buffer<ArrayBuffer> =>
  readFileSync(join(projectRoot, "fixtures", path));
export const seed = fixture("paddle/transaction.completed/seed.json");

export interface Running {
  readonly url: string;
  readonly tallyhook: Composition;
  /** What was logged as an error. */
  readonly errors: string[];
  /** Posts a body, signed now unless `headers` say otherwise. */
  post(body: string | Uint8Array, headers?: Record<string, string>): Promise<Answer>;
  /** Reads from the API as `finance`. */
  get<Body = Record<string, unknown>>(path: string, key?: string): Promise<Answer<Body>>;
  /** Writes through the API, as `finance` unless told otherwise. */
  write(path: string, body?: unknown, as?: WriteOptions): Promise<Answer>;
  close(): Promise<void>;
}

export interface WriteOptions {
  readonly key?: string;
  readonly idempotencyKey?: string;
  readonly method?: string;
}

// biome-ignore lint/suspicious/noExplicitAny: an answer of the API is looked into, field by field.
export interface Answer<Body = any> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/**
 * What a server does at length, made short: a thread that makes pages takes most of a second of the machine's to begin, and a
 * password a tenth of one. That pages are the same on threads, page-threads.test.ts holds.
 */
const quick: ComposeOptions = { hasPageThreads: false, passwordCost: { logN: 10, r: 8, p: 1 } };

/** The whole program on a database of its own and any free port. */
export async function startTallyhook(
  databaseUrl: string,
  environment: Environment = {},
  options: ComposeOptions = {},
): Promise<Running> {
  const errors: string[] = [];
  const logger: Logger = { info: () => {}, warn: () => {}, error: (_, message) => errors.push(message) };
  const config = readConfig({
    PORT: "0",
    DATABASE_URL: databaseUrl,
    INSTALLATION_KEY: installationKey,
    PADDLE_WEBHOOK_SECRET: secret,
    API_KEYS: Object.entries(keys)
      .map(([role, key]) => `${role}-key:${role}:${key}`)
      .join(","),
    ...environment,
  });
  const tallyhook = await compose(config, { logger, ...quick, ...options });
  const server = await tallyhook.listen();
  return {
    url: server.url,
    tallyhook,
    errors,
    post: (body, headers = signed(body)) =>
      answered(fetch(`${server.url}/webhooks/paddle`, { method: "POST", body: Buffer.from(body), headers })),
    get: (path, key = keys.finance) =>
      answered(fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${key}` } })),
    write: (path, body, { key = keys.finance, idempotencyKey, method = "POST" } = {}) =>
      answered(
        fetch(`${server.url}${path}`, {
          method,
          headers: {
            authorization: `Bearer ${key}`,
            ...(body === undefined ? {} : { "content-type": "application/json" }),
            ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
          },
          ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
        }),
      ),
    close: async () => {
      await server.stop();
      await tallyhook.close();
    },
  };
}

export async function answered<Body>(request: Promise<Response>): Promise<Answer<Body>> {
  const response = await request;
  const text = await response.text();
  const isJson = /json/.test(response.headers.get("content-type") ?? "");
  return {
    status: response.status,
    headers: response.headers,
    body: (isJson ? JSON.parse(text) : text) as Body,
  };
}

/** The header a provider would send, made so many seconds from now. */
export function signed(
  body: string | Uint8Array,
  { by = secret, secondsFromNow = 0, provider = "paddle" as OwnProvider } = {},
): Record<string, string> {
  const at = systemClock.now() + fromUnixSeconds(secondsFromNow);
  const header = signatureHeader(provider, Buffer.from(body), { secret: by, at });
  return { [header.name]: header.value };
}
