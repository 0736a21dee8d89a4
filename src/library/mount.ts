import type { RequestListener } from "node:http";
import { ConfigurationError } from "../domain/errors.ts";
import { notKnown } from "../domain/nearest-name.ts";
import { problemAnswer } from "../http/kit/problem.ts";
import type { Authenticate } from "../http/kit/who-asks.ts";
import { isOfApi, type MountedHandler, mounted } from "../http/mounted.ts";
import type { Log } from "../services/kit/log.ts";

/** How a part of Tallyhook stands within an app. */
export interface MountOptions {
  /**
   * Finds out who asks, from the app's own session or token: `{ name, role, owner? }`, or `null` for nobody (401). What it throws is
   * logged and answered with 503. Writes must come from a page of the same origin, unless it gives `csrf: false` too.
   */
  readonly authenticate?: Authenticate;
}

export interface ConsoleOptions extends MountOptions {
  /** Where the app signs people out: a link on every page. */
  readonly signOutUrl?: string;
}

/** What puts the parts together: not by the framework's types, which an app need not have. */
interface Maker {
  api(authenticate: Authenticate | null): Promise<RequestListener>;
  console(authenticate: Authenticate | null, signOutUrl: string | null): Promise<RequestListener>;
  readonly services: { readonly log: Log };
}

/** The API; it is put together when it is first asked for anything. */
export function mountedApi({ api, services }: Maker, options: MountOptions = {}): MountedHandler {
  const authenticate = readAuthenticate(options, ["authenticate"]);
  return mounted(
    onceMade(() => api(authenticate), services.log),
    isOfApi,
  );
}

/** The console, likewise; all that is below its path is its own. */
export function mountedConsole({ console, services }: Maker, options: ConsoleOptions = {}): MountedHandler {
  const authenticate = readAuthenticate(options, ["authenticate", "signOutUrl"]);
  const { signOutUrl } = options;
  if (signOutUrl !== undefined && (typeof signOutUrl !== "string" || signOutUrl === ""))
    throw new ConfigurationError([{ name: "signOutUrl", code: "invalid", problem: "must be a text" }]);
  return mounted(
    onceMade(() => console(authenticate, signOutUrl ?? null), services.log),
    () => true,
  );
}

function readAuthenticate(options: MountOptions, known: readonly string[]): Authenticate | null {
  for (const name of Object.keys(options))
    if (!known.includes(name))
      throw new ConfigurationError([{ name, code: "unknown", problem: notKnown(known, name) }]);
  const { authenticate } = options;
  if (authenticate !== undefined && typeof authenticate !== "function")
    throw new ConfigurationError([{ name: "authenticate", code: "invalid", problem: "must be a function" }]);
  return authenticate ?? null;
}

function onceMade(make: () => Promise<RequestListener>, log: Log): RequestListener {
  let made: Promise<RequestListener> | undefined;
  return (request, response) => {
    made ??= make();
    made.then(
      (listener) => listener(request, response),
      (error: unknown) => {
        made = undefined;
        log.error({ error: String(error) }, "What is mounted could not be put together.");
        const { status, headers, text } = problemAnswer("internal_error", "The log of the server says why.");
        response.writeHead(status, headers).end(text);
      },
    );
  };
}
