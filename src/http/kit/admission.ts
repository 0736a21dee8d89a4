import type { NextFunction, Request, RequestHandler, Response } from "express";
import type { Log } from "../../services/kit/log.ts";
import { roles } from "./api-keys.ts";
import { type Caller, type Door, ownerByToken } from "./authentication.ts";
import { HttpProblem } from "./problem.ts";
import { type Admitted, type Authenticate, cannotBe, nameAndRole, whoAsks } from "./who-asks.ts";

/** Lets in whom the app lets in, and owners by our tokens. */
export function admit(
  authenticate: Authenticate,
  door: Omit<Door, "keys"> & { readonly services: { readonly log: Log } },
): RequestHandler {
  const { log } = door.services;
  return async (request: Request, response: Response, next: NextFunction) => {
    const owner = ownerByToken(request, door);
    if (owner !== undefined) {
      response.locals.apiKey = owner;
      return next();
    }
    const asking = await whoAsks(authenticate, request, log);
    if (asking.kind === "nobody") throw new HttpProblem("unauthenticated", "Nobody is signed in.");
    const caller = callerFrom(asking.given, log);
    if (asking.isFromElsewhere)
      throw new HttpProblem("cross_site", "A write must come from a page of this origin.");
    response.locals.apiKey = caller;
    next();
  };
}

function callerFrom(given: Partial<Admitted>, log: Log): Caller {
  const { name, role } = nameAndRole(given, roles, log);
  const { owner } = given;
  if (owner !== undefined && (typeof owner !== "string" || owner === "" || role !== "app"))
    throw cannotBe("owner must be a text, and narrows the role app alone", log);
  return { name, role, person: { owner: owner ?? null } };
}
