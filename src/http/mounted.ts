import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";

/** A handler that stands at any path of an app, whatever the framework, and leaves what is not its own to `next`. */
export type MountedHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => void;

type Mounted = IncomingMessage & { originalUrl?: string };

/**
 * Puts a listener into an app: what that app has put on the request stays, and nothing of ours is left on one that is passed on. Where
 * it was mounted at `…/v1` itself, the API stands right there.
 */
export function mounted(listener: RequestListener, isOwn: (path: string) => boolean): MountedHandler {
  return (request: Mounted, response, next) => {
    const url = request.url ?? "/";
    const { originalUrl = url } = request;
    const base = originalUrl.endsWith(url)
      ? originalUrl.slice(0, originalUrl.length - url.length)
      : originalUrl;
    const asked =
      /\/v1\/?$/.test(base) && !/^\/v1(?:[/?]|$)/.test(url)
        ? `/v1${url.startsWith("/") ? "" : "/"}${url}`
        : url;
    if (next !== undefined && !isOwn(asked.split("?", 1)[0] ?? "")) return next();
    // What an app keeps in `locals` is not what we let anybody in by.
    Object.assign(response, { locals: Object.create(null) });
    request.url = asked;
    listener(request, response);
  };
}

/** What is at the API's own paths, wherever it stands. */
export const isOfApi = (path: string): boolean =>
  path === "/v1" ||
  path.startsWith("/v1/") ||
  ["/healthz", "/readyz", "/openapi.json", "/docs"].includes(path);
