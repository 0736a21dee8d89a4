import type { RequestListener } from "node:http";
import { ConfigurationError } from "../domain/errors.ts";
import { notKnown } from "../domain/nearest-name.ts";
import { problemAnswer } from "../http/kit/problem.ts";
import { type Authenticate, isOfApi, type MountedHandler, mounted } from "../http/mounted.ts";
import type { Log } from "../services/log.ts";

/** How a part of Tallyhook stands within an app. */
export interface MountOptions {
  /**
   * Finds out who asks, from the app's own session or token: `{ name, role, owner? }`, or `null` for nobody (401). What it throws is
   * logged and answered with 503. Writes must come from a page of the same origin, unless it gives `csrf: false` too.
   */
  readonly authenticate?: Authenticate;
}

/** What puts the API together: not by the framework's types, which an app need not have. */
interface ApiMaker {
  api(authenticate: Authenticate | null): Promise<RequestListener>;
  readonly services: { readonly log: Log };
}

/** The API; it is put together when it is first asked for anything. */
export function mountedApi({ api, services }: ApiMaker, options: MountOptions = {}): MountedHandler {
  for (const name of Object.keys(options))
    if (name !== "authenticate")
      throw new ConfigurationError([{ name, problem: notKnown(["authenticate"], name) }]);
  const { authenticate } = options;
  if (authenticate !== undefined && typeof authenticate !== "function")
    throw new ConfigurationError([{ name: "authenticate", problem: "must be a function" }]);
  let made: ReturnType<typeof api> | undefined;
  return mounted((request, response) => {
    made ??= api(authenticate ?? null);
    made.then(
      (listener) => listener(request, response),
      (error: unknown) => {
        services.log.error({ error: String(error) }, "The API could not be put together.");
        const { status, headers, text } = problemAnswer("internal_error", "The log of the server says why.");
        response.writeHead(status, headers).end(text);
      },
    );
  }, isOfApi);
}
