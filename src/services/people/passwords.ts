import { createHmac, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";

/** What one hash costs. `N = 2^15` takes a tenth of a second here; many times as much would be a way to stop a server. */
export interface HashingCost {
  readonly logN: number;
  readonly r: number;
  readonly p: number;
}

const usualCost: HashingCost = { logN: 15, r: 8, p: 1 };
const largest = { logN: 17, r: 16, p: 4 } as const;
const smallest = { logN: 14, r: 8, p: 1 } as const;
const saltBytes = 16;
const hashBytes = 32;

const prefix = "scrypt:";

export const isHashed = (password: string): boolean => password.startsWith(prefix);

export interface PasswordHash extends HashingCost {
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** Reads `scrypt:<logN>:<r>:<p>:<salt>:<hash>`; what is wrong with it in words otherwise. */
export function readHash(text: string): PasswordHash | string {
  const [, logN, r, p, salt = "", hash = ""] =
    /^scrypt:(\d{1,2}):(\d{1,2}):(\d):([\w-]+):([\w-]+)$/.exec(text) ?? [];
  if (logN === undefined)
    return "must be scrypt:<logN>:<r>:<p>:<salt>:<hash>, as tallyhook hash-password prints it";
  const read = {
    logN: Number(logN),
    r: Number(r),
    p: Number(p),
    salt: Buffer.from(salt, "base64url"),
    hash: Buffer.from(hash, "base64url"),
  };
  for (const part of ["logN", "r", "p"] as const)
    if (read[part] < smallest[part] || read[part] > largest[part])
      return `must have a ${part} from ${smallest[part]} to ${largest[part]} in its hash`;
  if (read.salt.length < saltBytes || read.hash.length !== hashBytes)
    return "has a hash that was cut off: tallyhook hash-password prints it anew";
  return read;
}

/** As it is configured. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const hash = await derive(password, salt, usualCost);
  const { logN, r, p } = usualCost;
  return `${prefix}${logN}:${r}:${p}:${salt.toString("base64url")}:${hash.toString("base64url")}`;
}

/**
 * Looks whether a password is right: one at a time, so that nobody who tries many keeps the process busy. It takes the same
 * time whoever is named, or nobody: what is configured in the clear is hashed too.
 */
export class PasswordChecker {
  readonly #passwords: ReadonlyMap<string, string>;
  /** What nobody's password is compared with. */
  readonly #nobody: PasswordHash;
  readonly #key = randomBytes(32);
  #last: Promise<unknown> = Promise.resolve();

  /** @param cost - of looking at one where no configured hash asks for more */
  constructor(passwords: ReadonlyMap<string, string>, cost: HashingCost = usualCost) {
    this.#passwords = passwords;
    this.#nobody = {
      ...costliest(passwords.values(), cost),
      salt: randomBytes(saltBytes),
      hash: randomBytes(hashBytes),
    };
  }

  check(name: string, password: string): Promise<boolean> {
    const turn = this.#last.then(() => this.#isRight(name, password));
    this.#last = turn.catch(() => {});
    return turn;
  }

  async #isRight(name: string, password: string): Promise<boolean> {
    const configured = this.#passwords.get(name);
    const read = configured !== undefined && isHashed(configured) ? readHash(configured) : this.#nobody;
    const known = typeof read === "string" ? this.#nobody : read;
    const isSameHash = timingSafeEqual(await derive(password, known.salt, known), known.hash);
    const isSameText = timingSafeEqual(this.#digest(password), this.#digest(configured ?? ""));
    if (configured === undefined) return false;
    return isHashed(configured) ? isSameHash : isSameText;
  }

  #digest = (text: string): Buffer => createHmac("sha256", this.#key).update(text).digest();
}

function costliest(passwords: Iterable<string>, least: HashingCost): HashingCost {
  const costs = [...passwords]
    .map((password) => readHash(password))
    .filter((read) => typeof read !== "string");
  return costs.reduce<HashingCost>((most, cost) => (workOf(cost) > workOf(most) ? cost : most), least);
}

const workOf = ({ logN, r, p }: HashingCost): number => 2 ** logN * r * p;

function derive(password: string, salt: Buffer, { logN, r, p }: HashingCost): Promise<Buffer> {
  const N = 2 ** logN;
  const options: ScryptOptions = { N, r, p, maxmem: 256 * N * r };
  return new Promise((resolve, reject) => {
    // Letters that look the same and are written in two ways are the same.
    scrypt(password.normalize("NFKC"), salt, hashBytes, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}
