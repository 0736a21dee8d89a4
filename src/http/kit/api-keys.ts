import { hash, timingSafeEqual } from "node:crypto";

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
