import type { IncomingMessage } from "node:http";
import type { NextFunction, Request, Response } from "express";
import { QueryInvalid } from "../../services/documents/parameters.ts";
import type { Log } from "../../services/kit/log.ts";
import type { Services } from "../../services/services.ts";
import { WrongKey } from "./api-keys.ts";
import { HttpProblem, type ProblemCode, type ProblemExtras, sendProblem } from "./problem.ts";
import type { LoggedRefusal } from "./request-journal.ts";

/** Every error of a route becomes a problem; what we did not expect is logged, and its stack stays here. */
export function errorHandler(services: Services) {
  return (error: unknown, request: Request, response: Response, next: NextFunction): void => {
    const isBegun = response.headersSent;
    const { refusal, problem } = refused(services, error, { method: request.method, path: request.path });
    response.locals.refusal = refusal;
    if (isBegun) next(error);
    else sendProblem(response, ...problem);
  };
}

/** Why a request was refused, if it was. */
export function refusalOf(response: Response): LoggedRefusal | undefined {
  return response.locals.refusal as LoggedRefusal | undefined;
}

/** Why a request is refused, for its line in the log, and what it is answered with. */
export function refused(
  services: Services,
  error: unknown,
  request: { readonly method: string | undefined; readonly path: string },
): { refusal: LoggedRefusal; problem: Answer } {
  const problem = problemOf(error) ?? outage(services, error) ?? unexpected(services.log, error, request);
  return { refusal: { code: problem[0], isLogged: error instanceof WrongKey }, problem };
}

type Answer = [code: ProblemCode, detail: string, extras?: ProblemExtras];

/** What routes, the router and the readers throw, by their codes. */
function problemOf(error: unknown): Answer | undefined {
  if (error instanceof HttpProblem) return [error.code, error.message, error.extras];
  const { code, status } = (error ?? {}) as { code?: unknown; status?: unknown };
  if (error instanceof QueryInvalid) return [error.code, error.message];
  if (code === "position_unknown") return ["cursor_invalid", "The list has no such position."];
  if (code === "idempotency_conflict") return [code, "Use a new Idempotency-Key for each new request."];
  if (status === 400) return ["request_invalid", "The path is not well-formed."];
  return undefined;
}

function outage({ store, log }: Services, error: unknown): Answer | undefined {
  if (!store.isUnavailable(error)) return undefined;
  log.warn({ error: String(error) }, "A request could not be answered without the database.");
  return ["storage_unavailable", "The database does not answer. Ask again later."];
}

function unexpected(
  log: Log,
  error: unknown,
  { method, path }: { method: string | undefined; path: string },
): Answer {
  log.error({ method, path, error: traceOf(error) }, "A request failed.");
  return ["internal_error", "The request failed; the log of the server says why."];
}

function traceOf(error: unknown): string {
  const stack = (error as { stack?: unknown } | null)?.stack;
  return typeof stack === "string" ? stack : String(error);
}

/** No id and no name has a NUL in it, and PostgreSQL takes none. */
export function refuseNul({ url = "" }: IncomingMessage): void {
  if (url.includes("%00")) throw new HttpProblem("request_invalid", "A URL must not contain a NUL.");
}

export function unknownRoute(request: Request): never {
  throw new HttpProblem("not_found", `There is nothing at ${request.method} ${request.path}.`);
}
