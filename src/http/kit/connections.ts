import {
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from "node:http";
import type { Socket } from "node:net";
import { type ProblemCode, problemAnswer, sendProblem } from "./problem.ts";
import { discardBody } from "./raw-body.ts";
import { newRequestId } from "./request-journal.ts";

/** So many requests of one connection may wait for their answers: who sends more has not read the first ones. */
const mostUnanswered = 32;
const sweepEveryMilliseconds = 10_000;
/** What comes after the last answer is read and thrown away for so long, and so much of it: else that answer would be, with those before it. */
const lingerMilliseconds = 2_000;
const lingerBytes = 2 ** 20;
/** Who takes nothing of an answer for so long does not want it. */
const untakenAfterMilliseconds = 60_000;

/**
 * What a stranger's connection may cost, whatever is sent on it: how many requests it may have open, how long an answer waits
 * to be taken; and what cannot be read as HTTP is answered with a problem like everything else.
 */
export class Connections {
  readonly #server: Server;
  /** Of each open connection what is being answered, first the one whose turn it is. */
  readonly #unanswered = new Map<Socket, Set<ServerResponse>>();
  readonly #watched = new WeakSet<Socket>();
  /** Whose last answer says that it is the last. */
  readonly #refused = new WeakSet<Socket>();

  constructor(server: Server) {
    this.#server = server;
    server.on("connection", (socket: Socket) => {
      this.#unanswered.set(socket, new Set());
      socket.once("close", () => this.#unanswered.delete(socket));
    });
    server.on("clientError", (error, socket) => this.#refuse(error, socket as Socket));
    const sweep = setInterval(() => this.#sweep(), sweepEveryMilliseconds).unref();
    server.on("close", () => clearInterval(sweep));
  }

  listen(listener: RequestListener): void {
    const guarded = (request: IncomingMessage, response: ServerResponse) => {
      const { socket } = request;
      const unanswered = this.#unanswered.get(socket) ?? new Set();
      unanswered.add(response);
      response.once("close", () => unanswered.delete(response));
      const isRefused = this.#refused.has(socket);
      if (unanswered.size <= mostUnanswered && !isRefused) listener(request, response);
      else if (isRefused) request.resume();
      else {
        this.#refused.add(socket);
        readNoFurther(socket);
        tooMany(request, response);
      }
    };
    this.#server.on("request", guarded);
    // What a client expects and we do not know is no reason to refuse it.
    this.#server.on("checkExpectation", guarded);
  }

  /** Something that is no HTTP, or did not come in time. An answer that has begun is not written into. */
  #refuse(error: Error & { code?: string }, socket: Socket): void {
    // What comes after that is not read either.
    if (socket.writableEnded) return;
    const [first, ...others] = this.#unanswered.get(socket) ?? [];
    if (socket.writable && others.length === 0 && first?.headersSent !== true)
      socket.write(rawAnswer(...(refusals[error.code ?? ""] ?? unreadable)));
    socket.destroySoon();
  }

  /** An answer that was ended and lies there is given up if none of it is taken. */
  #sweep(): void {
    for (const [socket, unanswered] of this.#unanswered) {
      const [first] = unanswered;
      if (first?.writableEnded !== true || this.#watched.has(socket)) continue;
      this.#watched.add(socket);
      socket.setTimeout(untakenAfterMilliseconds);
      first.once("close", () => this.#watched.delete(socket));
    }
  }
}

/**
 * Node would keep every request until it is answered, and close the connection with its last answer: where something that was
 * sent is not read then, the other side is told so before it has read its answers.
 */
function readNoFurther(socket: Socket): void {
  let read = 0;
  socket.removeAllListeners("data").on("data", (chunk: Buffer) => {
    read += chunk.length;
    if (read > lingerBytes) socket.destroy();
  });
  socket.destroySoon = () => {
    socket.end();
    const late = setTimeout(() => socket.destroy(), lingerMilliseconds);
    socket.once("end", () => socket.destroy()).once("close", () => clearTimeout(late));
  };
}

/** The last answer of its connection. */
function tooMany(request: IncomingMessage, response: ServerResponse): void {
  const detail = `More than ${mostUnanswered} requests were sent on this connection before their answers were read.`;
  sendProblem(response, "connection_overused", detail, {
    headers: { "request-id": newRequestId(), connection: "close" },
  });
  discardBody(request);
}

const unreadable = ["request_invalid", "This is no HTTP request that can be read."] as const;

/** By the codes of Node's parser. */
const refusals: Readonly<Record<string, readonly [code: ProblemCode, detail: string]>> = {
  HPE_HEADER_OVERFLOW: ["headers_too_large", "The headers have at most 16 KiB."],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ["body_too_large", "The body's chunks have more to say than they hold."],
  ERR_HTTP_REQUEST_TIMEOUT: ["headers_too_slow", "The headers were not complete in time."],
};

function rawAnswer(code: ProblemCode, detail: string): string {
  const { status, headers, text } = problemAnswer(code, detail);
  const lines = Object.entries({ ...headers, "request-id": newRequestId(), connection: "close" }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  return `${[`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines].join("\r\n")}\r\n\r\n${text}`;
}
