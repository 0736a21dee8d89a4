import type { IncomingMessage } from "node:http";
import type { NextFunction, Request, RequestHandler, Response } from "express";
import type { Actor } from "../../domain/action.ts";
import { actingAs } from "../../services/people/acting.ts";
import { hashedAddress } from "../../services/people/sessions.ts";
import { readToken } from "../../services/people/tokens.ts";
import type { Services, ServingServices } from "../../services/services.ts";
import { type ApiKey, findApiKey, type Role, type WrongKeys } from "./api-keys.ts";
import { networkOf, type TrustedProxies } from "./client-address.ts";
import { answerOrigin, isForTokens } from "./owner-pages.ts";
import { HttpProblem } from "./problem.ts";

/** Lets nobody in without an API key, and remembers whose it is. */
export function authenticate(door: Door): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    response.locals.apiKey = letIn(request, door);
    next();
  };
}

/** Lets pages of other origins ask with tokens, where tokens are good for anything. */
export function answerOrigins({ tokens }: Pick<ServingServices, "tokens">): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    if (!isForTokens(request.path) || !answerOrigin(tokens, request, response)) next();
  };
}

export interface Door {
  readonly services: Pick<ServingServices, "tokens" | "clock">;
  readonly keys: readonly ApiKey[];
  readonly wrongKeys: WrongKeys;
}

/** Whose request it is. @throws HttpProblem if it came without a key or token that is ours */
export function letIn(request: IncomingMessage, door: Door): Caller {
  const { keys, wrongKeys } = door;
  const owner = ownerByToken(request, door);
  if (owner !== undefined) return owner;
  if (keys.length === 0)
    throw new HttpProblem(
      "api_keys_not_configured",
      "Set API_KEYS (in an app: the option apiKeys, or api({ authenticate })) to name:role:secret, and start again.",
    );
  const key = findApiKey(keys, bearerOf(request));
  if (key === undefined) throw wrongKeys.refuse(request);
  return key;
}

/** For whom a token asks; `undefined` if it came without one. @throws HttpProblem if it is none of ours, or for something else */
export function ownerByToken(
  request: IncomingMessage,
  { services: { tokens, clock }, wrongKeys }: Omit<Door, "keys">,
): Caller | undefined {
  const { authorization = "" } = request.headers;
  if (!/^Bearer +tok_/i.test(authorization)) return undefined;
  const reading = readToken(tokens, bearerOf(request), clock.now());
  switch (reading.kind) {
    case "wrong":
      throw wrongKeys.refuse(request);
    case "expired":
      throw unauthenticated("The token has expired.");
    case "owner":
      break;
    default:
      return reading satisfies never;
  }
  const [path = ""] = (request.url ?? "/").replace(/^\/v1(?=\/)/, "").split("?", 1);
  if (request.method !== "GET" || !isForTokens(path))
    throw new HttpProblem(
      "forbidden",
      "A token reads its owner's balance, wallets and statements, and nothing else.",
    );
  return { name: "token", role: "app", token: { owner: reading.owner } };
}

/** Whose rows alone there are for somebody; `null`: all. */
export const narrowedTo = ({ person, token }: Caller): string | null => person?.owner ?? token?.owner ?? null;

/** Whoever writes is in the trail: by name, and a keyed hash of where they came from. */
export function rememberActor(services: Services, proxies: TrustedProxies): RequestHandler {
  return async (request: Request, response: Response, next: NextFunction) => {
    if (request.method !== "GET" && request.method !== "HEAD") {
      const { name, role, person } = response.locals.apiKey as Caller;
      const kind = person === undefined ? "key" : "person";
      const address = await hashedAddress(services, networkOf(proxies.clientOf(request)));
      const requestId = String(response.getHeader("request-id") ?? "");
      const actor: Actor = { kind, name, role, requestId, address, formId: null };
      response.locals.actor = actor;
    }
    next();
  };
}

/** The services for the one whose key a request came with. */
export function actingFor<Own extends Services>(services: Own, { locals }: Response): Own {
  return actingAs(services, locals.actor as Actor);
}

/** Who was let in: by a key or token of ours, or as a person by the app that the API is part of. */
export interface Caller extends Pick<ApiKey, "name" | "role"> {
  readonly person?: {
    /** Whose rows alone there are for them; `null`: all. */
    readonly owner: string | null;
  };
  readonly token?: { readonly owner: string };
}

/** Who a request came from, if it was let in. */
export function callerIfLetIn(response: Response): Caller | undefined {
  return response.locals.apiKey as Caller | undefined;
}

/** The name of who a request came from. */
export function callerOf(response: Response): string {
  return (response.locals.apiKey as Caller).name;
}

/** Whose `Idempotency-Key` it is: a key and a person of one name never meet, nor do two owners. */
export function keeperOf(response: Response): string {
  const { name, person } = response.locals.apiKey as Caller;
  return person === undefined ? name : `person ${JSON.stringify([name, person.owner])}`;
}

/** Lets in only these roles; `finance` may all. */
export function allow(...allowed: readonly Role[]): RequestHandler {
  return (_request: Request, response: Response, next: NextFunction) => {
    refuseOthers(response.locals.apiKey as Caller, allowed);
    next();
  };
}

/** @throws HttpProblem `forbidden` unless the key is of one of these roles, or of `finance` */
export function refuseOthers({ role }: Pick<Caller, "role">, allowed: readonly Role[]): void {
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
