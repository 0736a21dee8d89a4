import type { IncomingMessage } from "node:http";
import type { NextFunction, Request, RequestHandler, Response } from "express";
import { type ApiKey, findApiKey, type Role } from "./api-keys.ts";
import { HttpProblem } from "./kit/problem.ts";
import type { WrongKeys } from "./wrong-keys.ts";

/** Lets nobody in without an API key, and remembers whose it is. */
export function authenticate(door: Door): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    response.locals.apiKey = letIn(request, door);
    next();
  };
}

export interface Door {
  readonly keys: readonly ApiKey[];
  readonly wrongKeys: WrongKeys;
}

/** Whose request it is. @throws HttpProblem if it came without a key that is ours */
export function letIn(request: IncomingMessage, { keys, wrongKeys }: Door): ApiKey {
  if (keys.length === 0)
    throw new HttpProblem("api_keys_not_configured", "Set API_KEYS to name:role:secret, and start again.");
  const key = findApiKey(keys, bearerOf(request));
  if (key === undefined) throw wrongKeys.refuse(request);
  return key;
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
    refuseOthers(response.locals.apiKey as ApiKey, allowed);
    next();
  };
}

/** @throws HttpProblem `forbidden` unless the key is of one of these roles, or of `finance` */
export function refuseOthers({ role }: ApiKey, allowed: readonly Role[]): void {
  if (role !== "finance" && !allowed.includes(role))
    throw new HttpProblem("forbidden", `The role ${role} may not do this; ${rolesOf(allowed)} may.`);
}

export function bearerOf(request: IncomingMessage): string {
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
