import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { NextFunction, Request, RequestHandler, Response } from "express";
import { inRequest, LimitedLog, type Log, millisecondsSince } from "../../services/kit/log.ts";
import { callerIfLetIn } from "./authentication.ts";
import { refusalOf } from "./errors.ts";
import type { ProblemCode } from "./problem.ts";

/** Answers a request under an id of its own, which its answer has as a header, and every line that is logged meanwhile. */
export function underRequestId(response: ServerResponse, answer: (id: string) => void): void {
  const id = newRequestId();
  response.setHeader("request-id", id);
  inRequest(id, () => answer(id));
}

export const newRequestId = (): string => `req_${randomUUID()}`;

/** What became of a request. */
export interface RequestAnswer {
  /** As it is described, not as it was asked for: an id may be a person's. */
  readonly route: string | null;
  /** The name of the key it came with, if it was let in. */
  readonly key: string | undefined;
  /** The name of who was signed in to the console. */
  readonly person?: string | undefined;
  readonly refusal: LoggedRefusal | undefined;
}

export interface LoggedRefusal {
  readonly code: ProblemCode;
  /** Whether it was said already, where it was refused. */
  readonly isLogged: boolean;
}

/**
 * Every request gets an id, and a line once it is answered. Probes and whatever else needs no key ask all day long: what
 * they are given is said at `debug`. What strangers are refused is a warning, and only so many of them.
 */
export class RequestJournal {
  readonly #log: Log;
  readonly #limited: LimitedLog;

  constructor(log: Log) {
    this.#log = log;
    this.#limited = new LimitedLog(log);
  }

  follow(
    { method }: IncomingMessage,
    response: ServerResponse,
    { answer, answered }: { readonly answer: () => void; readonly answered: () => RequestAnswer },
  ): void {
    const begun = performance.now();
    underRequestId(response, (request_id) => {
      response.on("close", () => {
        const { statusCode: status } = response;
        const { route, key, person, refusal } = answered();
        const line = {
          request_id,
          method,
          route,
          status,
          ...(refusal === undefined ? {} : { code: refusal.code }),
          ...(key === undefined ? {} : { key }),
          ...(person === undefined ? {} : { person }),
          ...(response.writableFinished ? {} : { cut_off: true }),
          milliseconds: millisecondsSince(begun),
        };
        if ((key ?? person) !== undefined) this.#log.info(line, "A request was answered.");
        else if (refusal?.isLogged) return;
        else if (status < 400) this.#log.debug(line, "A request was answered.");
        else
          this.#limited.say(
            "warn",
            "A request was refused.",
            { code: refusal?.code ?? String(status) },
            line,
          );
      });
      answer();
    });
  }
}

/** The same of requests that the framework serves. */
export function requestJournal(journal: RequestJournal): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) =>
    journal.follow(request, response, {
      answer: next,
      answered: () => ({
        route: routeOf(request, response),
        key: callerIfLetIn(response)?.name,
        person: response.locals.person as string | undefined,
        refusal: refusalOf(response),
      }),
    });
}

function routeOf({ route }: Request, { locals }: Response): string | null {
  return locals.route ?? (route as { path?: string } | undefined)?.path ?? null;
}
