import type { AddressInfo } from "node:net";
import { connect, createServer, type Server, type Socket } from "node:net";

/** A way to a database that can be made to hang: connections stay open, and nothing passes any more. */
export interface StoppingProxy {
  /** The same database, through the proxy. */
  readonly url: string;
  stop(): void;
  goOn(): void;
  /** What is open now never passes anything again, and nobody is told: new connections do. */
  forget(): void;
  close(): Promise<void>;
}

export async function stoppingProxy(databaseUrl: string): Promise<StoppingProxy> {
  const url = new URL(databaseUrl);
  const [host, port] = [url.hostname, Number(url.port)];
  const sockets = new Set<Socket>();
  const forgotten = new WeakSet<Socket>();
  let stopped = false;
  const server = createServer((client) => {
    const upstream = connect(port, host);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on("data", (bytes) => to.write(bytes));
      from.on("error", () => {});
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
      if (stopped) from.pause();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    stop: () => {
      stopped = true;
      for (const socket of sockets) socket.pause();
    },
    goOn: () => {
      stopped = false;
      for (const socket of sockets) if (!forgotten.has(socket)) socket.resume();
    },
    forget: () => {
      for (const socket of sockets) forgotten.add(socket.pause());
    },
    close: () => closed(server, sockets),
  };
}

function closed(server: Server, sockets: Iterable<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  return new Promise((resolve) => server.close(() => resolve()));
}
