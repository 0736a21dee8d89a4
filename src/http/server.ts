import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
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

/** Webhooks stand in front of the framework: it would cost half of what a delivery does. */
export async function startServer({ webhooks, app, host, port }: ServerOptions): Promise<RunningServer> {
  const server = createServer((request, response) => {
    if (request.url?.startsWith("/webhooks/")) webhooks(request, response);
    else app(request, response);
  });
  await listening(server, host, port);
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${address.port}`,
    stop: () => stop(server),
  };
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
