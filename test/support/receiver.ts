import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** One delivery as it arrived. */
export interface Arrived {
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Answers one delivery; what is not answered hangs. */
export type Answering = (arrived: Arrived, response: ServerResponse) => void;

/** The app's end of the outbox: a real HTTP server that remembers what arrived, and answers as a test wants. */
export class Receiver {
  readonly arrived: Arrived[] = [];
  answering: Answering = accept;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<Receiver> {
    // On a busy machine the end of an idle connection and the next message on it could pass each other: a try that failed.
    const server = createServer({ keepAliveTimeout: 600_000 });
    const receiver = new Receiver(server);
    server.on("request", async (request, response) => {
      const body = await text(request);
      const { type = "", data = {} } = body === "" ? {} : JSON.parse(body);
      const arrived = {
        id: String(request.headers["webhook-id"]),
        headers: request.headers,
        body,
        type,
        data,
      };
      receiver.arrived.push(arrived);
      receiver.answering(arrived, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hooks`;
  }

  /** The numbers of the changes told of a wallet, in the order they arrived. */
  seqsOf(wallet: unknown): unknown[] {
    return this.arrived
      .filter(({ data }) => data.wallet_id === wallet && "seq" in data)
      .map(({ data }) => data.seq);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export const accept: Answering = (_, response) => void response.writeHead(204).end();
export const fail: Answering = (_, response) => void response.writeHead(500).end("no");
