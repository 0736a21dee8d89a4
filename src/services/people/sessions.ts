import { createHmac, hash, randomBytes, randomUUID } from "node:crypto";
import type { Actor, Deed } from "../../domain/action.ts";
import { fromSeconds, type Instant, nanosecondsPerDay } from "../../domain/time.ts";
import type { BlockedAttempt, People, SignedIn, SignInAttempt } from "../../store/people/people.ts";
import { startWorker, type Worker } from "../kit/worker.ts";
import type { Services } from "../services.ts";
import { actionOf, noSides } from "./acting.ts";
import { type HashingCost, PasswordChecker } from "./passwords.ts";

/** Once it was read it is the same for ever; what could not be read is read again. */
const keys = new WeakMap<People, Promise<Buffer>>();

export function installationKey({ store: { people } }: Pick<Services, "store">): Promise<Buffer> {
  const known = keys.get(people);
  if (known !== undefined) return known;
  const key = people.installationKey().catch((error: unknown) => {
    keys.delete(people);
    throw error;
  });
  keys.set(people, key);
  return key;
}

/** Under the installation's key, and apart by what it is of: who has the database alone cannot try what it was made from. */
export const keyedHash = (key: Buffer, of: string, text: string): string =>
  createHmac("sha256", key).update(`${of} ${text}`).digest("base64url");

/** An address as the trail has it. */
export async function hashedAddress(services: Pick<Services, "store">, address: string): Promise<string> {
  return keyedHash(await installationKey(services), "address", address);
}

/** Somebody who may sign in, as configured. */
export interface ConsoleUser<Role extends string = string> {
  readonly name: string;
  readonly role: Role;
  /** A password, or the hash of one that `tallyhook hash-password` made. */
  readonly password: string;
}

/** A session is over when nothing was asked for so long, … */
const idleSeconds = 30 * 60;
/** … and after this in any case. */
const longestSeconds = 12 * 60 * 60;
/** When somebody was seen last is written down no more often. */
const seenEverySeconds = 60;

const attemptsWithinSeconds = 15 * 60;
const attemptLimits = { ofPair: 5, ofAddress: 20, ofName: 100 } as const;

/** So long a refusal is remembered here, so that a flood of attempts is no flood of writes before those of webhooks; … */
const limitRememberedSeconds = 5;
/** … and so many of them. */
const limitsRemembered = 10_000;

/** So many are looked at, one after the other: more at once would stand before webhooks, in the queue of writes and for a core. */
const mostUnderWay = 4;

const refusalsKeptDays = 30n;
const addressesKeptDays = 90n;
const refusalsAnHour = 1_000;

/** Where somebody came from: an address, or of IPv6 its network. */
interface CameFrom {
  readonly address: string;
  readonly requestId: string;
}

interface Credentials extends CameFrom {
  readonly name: string;
  readonly password: string;
  /** What the browser had before; `null`: nothing. */
  readonly before: string | null;
}

type SignInResult<Role extends string> =
  | { readonly kind: "signed_in"; readonly id: string; readonly person: { name: string; role: Role } }
  | { readonly kind: "wrong" }
  | { readonly kind: "limited"; readonly seconds: number }
  /** Too many are being looked at. */
  | { readonly kind: "busy" };

/** Who is signed in, whichever process let them in: all that is known of it is in the database. */
export class Sessions<Role extends string> {
  readonly #services: Services;
  readonly #users: ReadonlyMap<string, ConsoleUser<Role>>;
  readonly #passwords: PasswordChecker;
  readonly #limited = new Map<string, { readonly blockedBy: Instant; readonly until: Instant }>();
  #underWay = 0;

  constructor(services: Services, users: readonly ConsoleUser<Role>[], passwordCost?: HashingCost) {
    this.#services = services;
    this.#users = new Map(users.map((user) => [user.name, user]));
    const passwords = new Map(users.map(({ name, password }) => [name, password]));
    this.#passwords = new PasswordChecker(passwords, passwordCost);
  }

  /** What is known to be too much, or cannot be looked at now, costs neither a write nor a hash. */
  async signIn(asked: Credentials): Promise<SignInResult<Role>> {
    const key = await installationKey(this.#services);
    const now = this.#services.clock.now();
    const attempt = {
      id: randomUUID(),
      name: keyedHash(key, "name", asked.name),
      address: keyedHash(key, "address", asked.address),
    };
    const known = this.#knownLimit(attempt, now);
    if (known !== null) return { kind: "limited", seconds: secondsUntil(known, now) };
    if (this.#underWay >= mostUnderWay) return { kind: "busy" };
    this.#underWay += 1;
    try {
      return await this.#lookedAt(asked, attempt, key, now);
    } finally {
      this.#underWay -= 1;
    }
  }

  /** Limits are looked at before anything is hashed; an attempt counts from its beginning until it turns out to be right. */
  async #lookedAt(
    asked: Credentials,
    attempt: SignInAttempt,
    key: Buffer,
    now: Instant,
  ): Promise<SignInResult<Role>> {
    const { store, clock } = this.#services;
    const since = now - fromSeconds(attemptsWithinSeconds);
    const blocked = await store.people.attempt(attempt, { since, ...attemptLimits }, now);
    if (blocked !== null) {
      this.#rememberLimit(attempt, blocked, now);
      await this.#refuse(asked, attempt.address, "too many attempts", now);
      return { kind: "limited", seconds: secondsUntil(blocked.blockedBy, now) };
    }
    const isRight = await this.#passwords.check(asked.name, asked.password);
    const user = this.#users.get(asked.name);
    if (!isRight || user === undefined) {
      await this.#refuse(asked, attempt.address, "wrong name or password", now);
      return { kind: "wrong" };
    }
    const id = randomBytes(32).toString("base64url");
    const session = sessionOf(user, { idHash: hashOf(id), key, now: clock.now() });
    const actor = this.#actorOf(user, { ...asked, address: attempt.address });
    const deed: Deed = { ...noSides, action: "session.sign_in", subject: null };
    const before = asked.before === null ? null : hashOf(asked.before);
    await store.people.signIn(session, attempt, before, actionOf(actor, deed, session.madeAt));
    return { kind: "signed_in", id, person: { name: user.name, role: user.role } };
  }

  /** By which attempt it is blocked, if that was found a moment ago; another process may have found something else since. */
  #knownLimit(attempt: SignInAttempt, now: Instant): Instant | null {
    const known = limitKinds.map((of) => this.#limited.get(limitKey(attempt, of)));
    return known.find((limit) => limit !== undefined && now < limit.until)?.blockedBy ?? null;
  }

  #rememberLimit(attempt: SignInAttempt, { blockedBy, of }: BlockedAttempt, now: Instant): void {
    if (this.#limited.size >= limitsRemembered) this.#limited.clear();
    this.#limited.set(limitKey(attempt, of), { blockedBy, until: now + fromSeconds(limitRememberedSeconds) });
  }

  /** Whose session this is; `null` if it is nobody's, is over, or of somebody of whom something else is configured by now. */
  async find(id: string): Promise<{ readonly name: string; readonly role: Role } | null> {
    const { store, clock } = this.#services;
    const idHash = hashOf(id);
    const session = await store.people.session(idHash);
    if (session === undefined) return null;
    const now = clock.now();
    const user = this.#users.get(session.name);
    const isOver = now >= session.endsAt || now - session.seenAt >= fromSeconds(idleSeconds);
    if (
      isOver ||
      user === undefined ||
      lineDigest(await installationKey(this.#services), user) !== session.lineDigest
    )
      return null;
    if (now - session.seenAt >= fromSeconds(seenEverySeconds)) await store.people.seen(idHash, now);
    return { name: user.name, role: user.role };
  }

  async signOut(id: string, person: { name: string; role: Role }, from: CameFrom): Promise<void> {
    const { store, clock } = this.#services;
    const address = await hashedAddress(this.#services, from.address);
    const deed: Deed = { ...noSides, action: "session.sign_out", subject: null };
    const action = actionOf(this.#actorOf(person, { ...from, address }), deed, clock.now());
    await store.people.signOut(hashOf(id), action);
  }

  #actorOf({ name, role }: { name: string; role: Role }, { requestId, address }: CameFrom): Actor {
    return { kind: "person", name, role, requestId, address, formId: null };
  }

  /** What was typed as a name that nobody has may be a password: it is not kept. */
  async #refuse(
    { name, requestId }: Credentials,
    address: string,
    reason: string,
    now: Instant,
  ): Promise<void> {
    const user = this.#users.get(name);
    const role = user?.role ?? null;
    const actor: Actor = { kind: "person", name: user?.name ?? "", role, requestId, address, formId: null };
    await keepRefusal(
      this.#services,
      actor,
      { ...noSides, action: "session.refuse", subject: null, reason },
      now,
    );
  }
}

/** Of what is refused so much is kept an hour; the log says all of it, as far as it goes. */
export function keepRefusal({ store }: Services, actor: Actor, deed: Deed, now: Instant): Promise<void> {
  const limit = { since: now - fromSeconds(3_600), most: refusalsAnHour };
  return store.people.refuse(actionOf(actor, deed, now), limit);
}

/** Forgets sessions that are over, old attempts and refusals, and where those came from who did something long ago. */
export function startForgettingPeople(
  services: Services,
  options: { readonly everyMilliseconds: number },
): Worker {
  return startWorker(async (stopping) => {
    try {
      while (!stopping.aborted && (await forgetPeople(services)) > 0);
    } catch (error) {
      services.log.error({ error: String(error) }, "Old sessions and addresses could not be removed.");
    }
  }, options);
}

export function forgetPeople({ store, clock }: Services): Promise<number> {
  const now = clock.now();
  return store.people.forget({
    sessions: now,
    attempts: now - fromSeconds(attemptsWithinSeconds),
    refusals: now - refusalsKeptDays * nanosecondsPerDay,
    addresses: now - addressesKeptDays * nanosecondsPerDay,
  });
}

const limitKinds = ["pair", "address", "name"] as const satisfies readonly BlockedAttempt["of"][];

function limitKey({ name, address }: SignInAttempt, of: BlockedAttempt["of"]): string {
  return `${of} ${of === "address" ? "" : name} ${of === "name" ? "" : address}`;
}

function sessionOf(
  user: ConsoleUser,
  { idHash, key, now }: { readonly idHash: string; readonly key: Buffer; readonly now: Instant },
): SignedIn {
  return {
    idHash,
    name: user.name,
    role: user.role,
    lineDigest: lineDigest(key, user),
    madeAt: now,
    seenAt: now,
    endsAt: now + fromSeconds(longestSeconds),
  };
}

/** Changes with anything that is configured of a person. */
const lineDigest = (key: Buffer, { name, role, password }: ConsoleUser): string =>
  keyedHash(key, "line", `${name}:${role}:${password}`);

const hashOf = (id: string): string => hash("sha256", id, "base64url");

function secondsUntil(blockedBy: Instant, now: Instant): number {
  const left = blockedBy + fromSeconds(attemptsWithinSeconds) - now;
  return Math.max(1, Number((left + 999_999_999n) / 1_000_000_000n));
}
