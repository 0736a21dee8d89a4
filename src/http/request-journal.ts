import type { NextFunction, Request, RequestHandler, Response } from "express";
import { LimitedLog, millisecondsSince } from "../services/log.ts";
import type { Services } from "../services/services.ts";
import { keyOf } from "./authentication.ts";
import { problemCodeOf } from "./errors.ts";
import { underRequestId } from "./kit/request-id.ts";

/**
 * Every request gets an id, and a line once it is answered. Probes and whatever else needs no key ask all day long: what
 * they are given is said at `debug`. What strangers are refused is a warning, and only so many of them.
 */
export function requestJournal({ log }: Services): RequestHandler {
  const limited = new LimitedLog(log);

  return (request: Request, response: Response, next: NextFunction) => {
    const begun = performance.now();
    underRequestId(response, (request_id) => {
      response.on("close", () => {
        const { statusCode: status } = response;
        const key = keyOf(response)?.name;
        const person = response.locals.person as string | undefined;
        const code = problemCodeOf(response);
        const line = {
          request_id,
          method: request.method,
          route: routeOf(request, response),
          status,
          ...(code === undefined ? {} : { code }),
          ...(key === undefined ? {} : { key }),
          ...(person === undefined ? {} : { person }),
          ...(response.writableFinished ? {} : { cut_off: true }),
          milliseconds: millisecondsSince(begun),
        };
        if ((key ?? person) !== undefined) log.info(line, "A request was answered.");
        else if (response.locals.isLogged === true) return;
        else if (status < 400) log.debug(line, "A request was answered.");
        else limited.say("warn", "A request was refused.", { code: code ?? String(status) }, line);
      });
      next();
    });
  };
}

/** As it is described, not as it was asked for: an id may be a person's. */
function routeOf({ route }: Request, { locals }: Response): string | null {
  return locals.route ?? (route as { path?: string } | undefined)?.path ?? null;
}
