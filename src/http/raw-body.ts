import type { IncomingMessage } from "node:http";

/** What became of reading a body. `gone`: the client hung up, and nobody is left to answer. */
export type RawBody =
  | { readonly kind: "body"; readonly bytes: Uint8Array }
  | { readonly kind: "too_large" }
  | { readonly kind: "already_parsed" }
  | { readonly kind: "gone" };

/** A request of Node's, or one that a framework has put a body on. */
export interface WithBody extends IncomingMessage {
  readonly body?: unknown;
  readonly rawBody?: unknown;
}

/**
 * The bytes of a request's body: those that somebody else has read, or read here, at most `limit` of them. What a parser
 * has turned into an object cannot be turned back: signatures are over bytes.
 */
export async function readRawBody(request: WithBody, limit: number): Promise<RawBody> {
  const { rawBody, body } = request;
  if (rawBody instanceof Uint8Array) return within(limit, rawBody);
  if (body instanceof Uint8Array) return within(limit, body);
  if (request.readableDidRead) return { kind: "already_parsed" };
  // Some parsers set an empty object even where they read nothing.
  if (body !== undefined && body !== null && !isEmptyObject(body)) return { kind: "already_parsed" };
  if (Number(request.headers["content-length"] ?? 0) > limit) return { kind: "too_large" };
  return collect(request, limit);
}

/** Lets a client finish sending what nobody wants, so that it reads the answer; cuts it off if it goes on for too long. */
export function discardBody(request: IncomingMessage, limit: number): void {
  let length = 0;
  request.on("error", () => {});
  request.on("data", (chunk: Buffer) => {
    length += chunk.length;
    if (length > limit) request.destroy();
  });
}

function within(limit: number, bytes: Uint8Array): RawBody {
  return bytes.length > limit ? { kind: "too_large" } : { kind: "body", bytes };
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

function collect(request: IncomingMessage, limit: number): Promise<RawBody> {
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let length = 0;
    const settle = (result: RawBody) => {
      request.off("data", onData).off("end", onEnd).off("close", onGone);
      chunks = [];
      resolve(result);
    };
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      chunks.push(chunk);
      if (length > limit) settle({ kind: "too_large" });
    };
    const onEnd = () => settle({ kind: "body", bytes: joined(chunks) });
    const onGone = () => settle({ kind: "gone" });
    // The listener stays: an error after the answer would end the process.
    request.on("error", onGone).on("data", onData).on("end", onEnd).on("close", onGone);
  });
}

function joined(chunks: readonly Buffer[]): Buffer {
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
}
