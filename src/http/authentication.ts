import type { NextFunction, Request, RequestHandler, Response } from "express";
import type { Actor } from "../domain/action.ts";
import { actingAs } from "../services/people/acting.ts";
import { hashedAddress } from "../services/people/addresses.ts";
import type { Services } from "../services/services.ts";
import { type ApiKey, findApiKey, type Role } from "./api-keys.ts";
import { networkOf, type TrustedProxies } from "./kit/client-address.ts";
import { HttpProblem } from "./kit/problem.ts";
import type { WrongKeys } from "./wrong-keys.ts";

/** Lets nobody in without an API key, and remembers whose it is. */
export function authenticate(keys: readonly ApiKey[], wrongKeys: WrongKeys): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    if (keys.length === 0)
      throw new HttpProblem("api_keys_not_configured", "Set API_KEYS to name:role:secret, and start again.");
    const key = findApiKey(keys, bearerOf(request));
    if (key === undefined) {
      response.locals.isLogged = true;
      throw wrongKeys.refuse(request);
    }
    response.locals.apiKey = key;
    next();
  };
}

/** Whoever writes with a key is in the trail: by its name, and a keyed hash of where they came from. */
export function rememberActor(services: Services, proxies: TrustedProxies): RequestHandler {
  return async (request: Request, response: Response, next: NextFunction) => {
    if (request.method !== "GET" && request.method !== "HEAD") {
      const { name, role } = response.locals.apiKey as ApiKey;
      const address = await hashedAddress(services, networkOf(proxies.clientOf(request)));
      const requestId = String(response.getHeader("request-id") ?? "");
      const actor: Actor = { kind: "key", name, role, requestId, address, formId: null };
      response.locals.actor = actor;
    }
    next();
  };
}

/** The services for the one whose key a request came with. */
export function actingFor<Own extends Services>(services: Own, { locals }: Response): Own {
  return actingAs(services, locals.actor as Actor);
}

/** The key that a request came with, if it was let in. */
export function keyOf(response: Response): ApiKey | undefined {
  return response.locals.apiKey as ApiKey | undefined;
}

/** The name of the key that a request came with. */
export function callerOf(response: Response): string {
  return (response.locals.apiKey as ApiKey).name;
}

/** Lets in only these roles; `finance` may all. */
export function allow(...allowed: readonly Role[]): RequestHandler {
  return (_request: Request, response: Response, next: NextFunction) => {
    const { role } = response.locals.apiKey as ApiKey;
    if (role !== "finance" && !allowed.includes(role))
      throw new HttpProblem("forbidden", `The role ${role} may not do this; ${rolesOf(allowed)} may.`);
    next();
  };
}

export function bearerOf(request: Request): string {
  const header = request.headers.authorization;
  if (header === undefined)
    throw unauthenticated("Send the API key as it is configured: Authorization: Bearer <secret>.");
  const [, secret] = /^Bearer +(\S+) *$/i.exec(header) ?? [];
  if (secret === undefined) throw unauthenticated("The Authorization header must be: Bearer <secret>.");
  return secret;
}

const rolesOf = (allowed: readonly Role[]): string => [...new Set([...allowed, "finance"])].join(" and ");

export function unauthenticated(detail: string): HttpProblem {
  return new HttpProblem("unauthenticated", detail, {
    headers: { "www-authenticate": 'Bearer realm="tallyhook"' },
  });
}
