import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Connections } from "./kit/connections.ts";
import { sendProblem } from "./kit/problem.ts";
import { discardBody } from "./kit/raw-body.ts";
import { newRequestId } from "./kit/request-journal.ts";
import type { WebhookHandler } from "./webhook-handler.ts";

export interface ServerOptions {
  readonly webhooks: WebhookHandler;
  /** Everything that is not below `/webhooks/`. */
  readonly app: RequestListener;
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
}

export interface RunningServer {
  /** `http://host:port`, with the port that was picked. */
  readonly url: string;
  /** Takes no further connections and answers the requests that are here; cuts off what is not done in time. */
  stop(): Promise<void>;
}

const stopGraceMilliseconds = 10_000;
const idleCheckMilliseconds = 50;

/** How long a request's first lines may take; each of its readers says itself how long its body may. */
const limits = { headersTimeout: 15_000, requestTimeout: 0, connectionsCheckingInterval: 5_000 } as const;

/** Webhooks stand in front of the framework: it would cost half of what a delivery does. */
export async function startServer({ webhooks, app, host, port }: ServerOptions): Promise<RunningServer> {
  const server = createServer(limits);
  const connections = new Connections(server);
  connections.listen((request, response) => {
    const path = pathAskedFor(request);
    if (path === undefined) {
      const headers = { "request-id": newRequestId() };
      sendProblem(response, "request_invalid", "The request is for an address that cannot be read.", {
        headers,
      });
      return discardBody(request);
    }
    request.url = path;
    if (path.startsWith("/webhooks/")) webhooks(request, response);
    else app(request, response);
  });
  await listening(server, host, port);
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${address.port}`,
    stop: () => stop(server),
  };
}

/** A proxy may ask for `http://host/path`, and means the path (RFC 9112, 3.2.2). */
function pathAskedFor({ url = "/" }: IncomingMessage): string | undefined {
  if (url.startsWith("/") || url === "*") return url;
  const [, path] = /^https?:\/\/[^/?#]+([/?].*)?$/is.exec(url) ?? [null, null];
  if (path === null || !URL.canParse(url)) return undefined;
  return path?.startsWith("/") ? path : `/${path ?? ""}`;
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** A connection that is kept alive becomes idle only after its last answer, so idle ones are closed again and again. */
function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const idle = setInterval(() => server.closeIdleConnections(), idleCheckMilliseconds);
    const grace = setTimeout(() => server.closeAllConnections(), stopGraceMilliseconds);
    server.close(() => {
      clearInterval(idle);
      clearTimeout(grace);
      resolve();
    });
  });
}
