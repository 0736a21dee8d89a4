import { hash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { LimitedLog, type Log } from "../../services/kit/log.ts";
import { networkOf, type TrustedProxies } from "./client-address.ts";
import { HttpProblem } from "./problem.ts";

/** `finance` may all; `app` spends and reads wallets; `read` reads. */
export const roles = ["read", "app", "finance"] as const;
export type Role = (typeof roles)[number];

/** Who may use the API. Only the secret's SHA-256 is kept. */
export interface ApiKey {
  readonly name: string;
  readonly role: Role;
  readonly digest: Buffer;
}

/** Of whatever is signed or asked with, in characters: what is shorter can be guessed. */
export const shortestSecret = 16;

export type ApiKeyReading = { kind: "key"; key: ApiKey } | { kind: "mistake"; problem: string };

/**
 * Reads `name:role:secret` or `name:role:sha256:<hex>`. A mistake quotes the name only where the rest is in order: what
 * stands first may be a secret that was put there by mistake.
 */
export function readApiKey(text: string): ApiKeyReading {
  const [name = "", role = "", ...rest] = text.trim().split(":");
  const secret = rest.join(":");
  if (!/^[\w.-]+$/.test(name) || !isRole(role))
    return mistake(`must be name:role:secret, with a role of ${roles.join(", ")}`);
  if (secret.trim() === "") return mistake("has a blank secret");
  if (!isHashed(secret) && secret.length < shortestSecret)
    return mistake(`must have a secret of at least ${shortestSecret} characters`);
  const digest = digestOf(secret);
  if (digest === undefined) return mistake("must have 64 hexadecimal digits after sha256:");
  return { kind: "key", key: { name, role, digest } };
}

/** The key that a secret belongs to. Takes the same time whichever key it is, or none. */
export function findApiKey(keys: readonly ApiKey[], secret: string): ApiKey | undefined {
  const digest = sha256(secret);
  let found: ApiKey | undefined;
  for (const key of keys) if (timingSafeEqual(key.digest, digest)) found = key;
  return found;
}

function digestOf(secret: string): Buffer | undefined {
  if (!isHashed(secret)) return sha256(secret);
  const hex = secret.slice(hashed.length);
  return /^[0-9a-f]{64}$/i.test(hex) ? Buffer.from(hex, "hex") : undefined;
}

const hashed = "sha256:";
const isHashed = (secret: string): boolean => secret.startsWith(hashed);
const sha256 = (text: string): Buffer => hash("sha256", text, "buffer");
const isRole = (text: string): text is Role => (roles as readonly string[]).includes(text);
const mistake = (problem: string): ApiKeyReading => ({ kind: "mistake", problem });

/** So many wrong keys of one network are only told that they are wrong; after that, one in so long. */
const freely = 20;
const thenEveryMilliseconds = 3_000;
/** Of more networks than these the one that was quiet for longest is forgotten. */
const networksKnown = 10_000;

/** What is left to a network, and when that was so. */
interface Allowance {
  readonly left: number;
  readonly at: number;
}

/** What a wrong key is answered with; the log has heard of it. */
export class WrongKey extends HttpProblem {}

/**
 * Answers wrong API keys. Who tries many is told to wait, by address; a right key never comes here, whatever its neighbours
 * try. Each is counted, and one line a minute is logged of all.
 */
export class WrongKeys {
  readonly #proxies: TrustedProxies;
  readonly #observe: (code: WrongKeyCode) => void;
  readonly #log: LimitedLog;
  readonly #now: () => number;
  readonly #allowances = new Map<string, Allowance>();

  constructor(
    log: Log,
    {
      proxies,
      observe,
      now = () => performance.now(),
    }: { proxies: TrustedProxies; observe: (code: WrongKeyCode) => void; now?: () => number },
  ) {
    this.#proxies = proxies;
    this.#observe = observe;
    this.#now = now;
    this.#log = new LimitedLog(log, { lines: 1, windowMilliseconds: 60_000 });
  }

  refuse(request: IncomingMessage): WrongKey {
    const waits = this.#secondsToWait(networkOf(this.#proxies.clientOf(request)));
    this.#observe(waits === 0 ? "unauthenticated" : "rate_limited");
    this.#log.say("warn", "A wrong API key was refused.", {});
    if (waits === 0)
      return new WrongKey("unauthenticated", "No configured API key has this secret.", {
        headers: { "www-authenticate": 'Bearer realm="tallyhook"' },
      });
    return new WrongKey("rate_limited", "Too many wrong API keys came from this address.", {
      headers: { "retry-after": String(waits) },
    });
  }

  /** 0 if it is still among those that need not wait. */
  #secondsToWait(network: string): number {
    const now = this.#now();
    const { left, at } = this.#allowances.get(network) ?? { left: freely, at: now };
    const regained = Math.min(freely, left + (now - at) / thenEveryMilliseconds);
    const after = regained >= 1 ? regained - 1 : regained;
    // The map is in the order in which networks were heard of last.
    this.#allowances.delete(network);
    this.#allowances.set(network, { left: after, at: now });
    const [oldest = network] = this.#allowances.keys();
    if (this.#allowances.size > networksKnown) this.#allowances.delete(oldest);
    return regained >= 1 ? 0 : Math.ceil(((1 - regained) * thenEveryMilliseconds) / 1000);
  }
}

export type WrongKeyCode = "unauthenticated" | "rate_limited";
