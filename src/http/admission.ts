import type { IncomingMessage } from "node:http";
import type { NextFunction, Request, RequestHandler, Response } from "express";
import type { Log } from "../services/log.ts";
import { type Role, roles } from "./api-keys.ts";
import type { Caller } from "./authentication.ts";
import { HttpProblem } from "./kit/problem.ts";
import { isFromElsewhere } from "./kit/same-origin.ts";
import type { Admitted, Authenticate } from "./mounted.ts";

/** Lets in whom the app lets in. */
export function admit(authenticate: Authenticate, log: Log): RequestHandler {
  return async (request: Request, response: Response, next: NextFunction) => {
    const admitted = await found(authenticate, request, log);
    const caller = callerFrom(admitted, log);
    if (admitted?.csrf !== false && isFromElsewhere(request))
      throw new HttpProblem("cross_site", "A write must come from a page of this origin.");
    response.locals.apiKey = caller;
    next();
  };
}

/** As the app says it: whatever that is. */
async function found(
  authenticate: Authenticate,
  request: IncomingMessage,
  log: Log,
): Promise<Partial<Admitted> | null> {
  try {
    const given = await authenticate(request);
    return given === null || given === undefined || "signIn" in given ? null : given;
  } catch (error) {
    log.error({ error: String(error) }, "The app could not find out who asks.");
    throw new HttpProblem("authentication_unavailable", "Who asks could not be found out. Ask again later.");
  }
}

/** What is no answer lets nobody in: to guess what was meant would let in too many. */
function callerFrom(admitted: Partial<Admitted> | null, log: Log): Caller {
  if (admitted === null) throw new HttpProblem("unauthenticated", "Nobody is signed in.");
  const { name, role, owner } = admitted;
  const refuse = (problem: string): never => {
    log.error({ problem }, "The app's authenticate gave what nobody can be let in by.");
    throw new HttpProblem("forbidden", `The app says of who asks what cannot be: ${problem}.`);
  };
  if (typeof name !== "string" || name === "" || name.length > 200) return refuse("name must be a text");
  if (!roles.some((known) => known === role)) return refuse(`role must be one of ${roles.join(", ")}`);
  if (owner !== undefined && (typeof owner !== "string" || owner === "" || role !== "app"))
    return refuse("owner must be a text, and narrows the role app alone");
  return { name, role: role as Role, person: { owner: owner ?? null } };
}
