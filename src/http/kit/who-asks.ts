import type { IncomingMessage } from "node:http";
import type { Log } from "../../services/kit/log.ts";
import type { Role } from "./api-keys.ts";
import { HttpProblem } from "./problem.ts";

/** What browsers say of where a request comes from, without changing anything there. */
const reads = ["GET", "HEAD", "OPTIONS"];

/**
 * Whether a write comes from a page of this origin, as far as its browser says: `Sec-Fetch-Site`, else `Origin`. A request with neither
 * comes from no browser that anybody uses, or from a program.
 */
function isFromElsewhere({ method = "", headers }: IncomingMessage): boolean {
  if (reads.includes(method)) return false;
  const site = headers["sec-fetch-site"];
  if (site !== undefined) return site !== "same-origin" && site !== "none";
  const { origin, host } = headers;
  if (origin === undefined || host === undefined || !URL.canParse(origin)) return true;
  return new URL(origin).host !== host.toLowerCase();
}

/** Who asks, as the app that the API is part of knows it. */
export interface Admitted {
  /** In the log, and beside what they book. */
  readonly name: string;
  /** `read` reads all, `app` uses and holds, `finance` may all. */
  readonly role: Role;
  /** Narrows `app` to this owner's rows. */
  readonly owner?: string;
  /** `false` where no browser sends what says who asks by itself, as bearer tokens: writes may come from anywhere. */
  readonly csrf?: boolean;
}

/** Finds out who asks: `null` (401; `signIn` says where people sign in) where nobody does. */
export type Authenticate = (
  request: IncomingMessage,
) => Admitted | SignIn | null | undefined | Promise<Admitted | SignIn | null | undefined>;

export interface SignIn {
  readonly signIn: string;
}

/** Who asks, as the app says it: nobody is known to it, or somebody of whom nothing is checked but that a write may be theirs. */
type WhoAsks =
  | { readonly kind: "nobody"; readonly signIn: string | null }
  | { readonly kind: "somebody"; readonly given: Partial<Admitted>; readonly isFromElsewhere: boolean };

/** @throws HttpProblem `authentication_unavailable` if the app fails */
export async function whoAsks(
  authenticate: Authenticate,
  request: IncomingMessage,
  log: Log,
): Promise<WhoAsks> {
  try {
    const given = await authenticate(request);
    if (given === null || given === undefined) return { kind: "nobody", signIn: null };
    if ("signIn" in given) return { kind: "nobody", signIn: given.signIn };
    return { kind: "somebody", given, isFromElsewhere: given.csrf !== false && isFromElsewhere(request) };
  } catch (error) {
    log.error({ error: String(error) }, "The app could not find out who asks.");
    throw new HttpProblem("authentication_unavailable", "Who asks could not be found out. Ask again later.");
  }
}

/** What is no answer lets nobody in: to guess what was meant would let in too many. @throws HttpProblem `forbidden` */
export function nameAndRole<Role extends string>(
  { name, role }: Partial<Admitted>,
  roles: readonly Role[],
  log: Log,
): { readonly name: string; readonly role: Role } {
  if (typeof name !== "string" || name === "" || name.length > 200)
    throw cannotBe("name must be a text", log);
  const known = roles.find((one) => one === role);
  if (known === undefined) throw cannotBe(`role must be one of ${roles.join(", ")}`, log);
  return { name, role: known };
}

export function cannotBe(problem: string, log: Log): HttpProblem {
  log.error({ problem }, "The app's authenticate gave what nobody can be let in by.");
  return new HttpProblem("forbidden", `The app says of who asks what cannot be: ${problem}.`);
}
