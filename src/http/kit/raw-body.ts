import type { IncomingMessage } from "node:http";

/** What became of reading a body. `gone`: the client hung up, and nobody is left to answer. */
export type RawBody =
  | { readonly kind: "body"; readonly bytes: Uint8Array }
  | { readonly kind: "too_large" }
  | { readonly kind: "too_slow"; readonly detail: string }
  | { readonly kind: "already_parsed" }
  | { readonly kind: "gone" };

/** A request of Node's, or one that a framework has put a body on. */
export interface WithBody extends IncomingMessage {
  readonly body?: unknown;
  readonly rawBody?: unknown;
}

export interface BodyBounds {
  /** What all bodies that are being read may take together, in bytes. */
  readonly room?: number;
  /** What one body may take from its beginning to its end. */
  readonly milliseconds?: number;
  /** After how long nothing has come an upload is given up; as a whole it may take any time. */
  readonly stalledAfterMilliseconds?: number;
}

/**
 * Reads bodies into memory before anybody knows who sent them. What they cost is bounded by their bytes, in however small
 * pieces those come: each is one buffer that grows, and all of them have a room together. Where it is full the slowest body
 * is ended, and not the one that comes last: whoever fills the room with bodies that never end keeps nobody else out.
 */
export class BodyReader {
  readonly bounds: Required<BodyBounds>;
  readonly #reading = new Set<BodyBeingRead>();
  #held = 0;

  constructor(bounds: BodyBounds = {}) {
    this.bounds = { room: 64 * 2 ** 20, milliseconds: 30_000, stalledAfterMilliseconds: 60_000, ...bounds };
  }

  /**
   * The bytes of a request's body: those that somebody else has read, or read here, at most `limit` of them. What a parser
   * has turned into an object cannot be turned back: signatures are over bytes.
   */
  async read(request: WithBody, limit: number): Promise<RawBody> {
    const { rawBody, body } = request;
    if (rawBody instanceof Uint8Array) return within(limit, rawBody);
    if (body instanceof Uint8Array) return within(limit, body);
    if (request.readableDidRead) return { kind: "already_parsed" };
    // Some parsers set an empty object even where they read nothing.
    if (body !== undefined && body !== null && !isEmptyObject(body)) return { kind: "already_parsed" };
    if (lengthOf(request) > limit) return { kind: "too_large" };
    return this.#collect(request, limit);
  }

  #collect(request: IncomingMessage, limit: number): Promise<RawBody> {
    const { milliseconds } = this.bounds;
    return new Promise((resolve) => {
      const body = new BodyBeingRead(lengthOf(request) || limit, (result, freed) => {
        request.off("data", onData).off("end", onEnd).off("close", onGone);
        clearTimeout(timer);
        this.#reading.delete(body);
        this.#held -= freed;
        resolve(result);
      });
      const onData = (chunk: Buffer) => {
        if (body.length + chunk.length > limit) return body.endWith({ kind: "too_large" });
        this.#held += body.add(chunk);
        if (this.#held > this.bounds.room) this.#makeRoom();
      };
      const onEnd = () => body.end();
      const onGone = () => body.endWith({ kind: "gone" });
      const detail = notWholeAfter(milliseconds);
      const timer = afterWhatCameIn(milliseconds, () => body.endWith({ kind: "too_slow", detail }));
      this.#reading.add(body);
      // The listener stays: an error after the answer would end the process.
      request.on("error", onGone).on("data", onData).on("end", onEnd).on("close", onGone);
    });
  }

  #makeRoom(): void {
    const now = performance.now();
    while (this.#held > this.bounds.room) {
      let slowest: BodyBeingRead | undefined;
      for (const body of this.#reading)
        if (slowest === undefined || body.isSlowerThan(slowest, now)) slowest = body;
      slowest?.endWith({ kind: "too_slow", detail: crowded });
    }
  }
}

export const notWholeAfter = (milliseconds: number): string =>
  `It was not complete after ${milliseconds / 1000} seconds.`;

const crowded =
  "More bodies are being sent at once than there is room for, and this one was the slowest. Send it again.";

/** A body's pace is what came in, of which half is forgotten in this time. */
const paceHalvesInMilliseconds = 500;
/** So long it is too early to call a body slow. */
const youngForMilliseconds = 1000;

class BodyBeingRead {
  readonly #buffer: GrowingBuffer;
  readonly #settle: (result: RawBody, freed: number) => void;
  readonly #begunAt = performance.now();
  #pace = 0;
  #pacedAt = this.#begunAt;
  #isSettled = false;

  /** It has as many bytes as are `expected`, or fewer. */
  constructor(expected: number, settle: (result: RawBody, freed: number) => void) {
    this.#buffer = new GrowingBuffer(expected);
    this.#settle = settle;
  }

  get length(): number {
    return this.#buffer.length;
  }

  /** Gives how much more it takes in memory. */
  add(chunk: Buffer): number {
    const now = performance.now();
    this.#pace = this.#paceAt(now) + chunk.length;
    this.#pacedAt = now;
    return this.#buffer.add(chunk);
  }

  /** Of two young ones, the one that began first. */
  isSlowerThan(other: BodyBeingRead, now: number): boolean {
    const [isOld, isOtherOld] = [this, other].map((body) => now - body.#begunAt > youngForMilliseconds);
    if (isOld !== isOtherOld) return isOld === true;
    return isOld ? this.#paceAt(now) < other.#paceAt(now) : this.#begunAt < other.#begunAt;
  }

  end(): void {
    const { capacity } = this.#buffer;
    this.#settleOnce({ kind: "body", bytes: this.#buffer.take() }, capacity);
  }

  endWith(result: RawBody): void {
    const { capacity } = this.#buffer;
    // Whoever listens to the connection keeps this object, for as long as that is open.
    this.#buffer.take();
    this.#settleOnce(result, capacity);
  }

  #settleOnce(result: RawBody, freed: number): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#settle(result, freed);
  }

  #paceAt(now: number): number {
    return this.#pace * 2 ** ((this.#pacedAt - now) / paceHalvesInMilliseconds);
  }
}

const noBytes = Buffer.alloc(0);
const smallestBuffer = 1024;

/** Puts bytes together that come in pieces of any size. It takes at most twice as much as has come in. */
export class GrowingBuffer {
  readonly #expected: number;
  #buffer: Buffer = noBytes;
  #length = 0;

  /** No more than `expected` bytes will come. */
  constructor(expected = Number.POSITIVE_INFINITY) {
    this.#expected = expected;
  }

  get length(): number {
    return this.#length;
  }

  get capacity(): number {
    return this.#buffer.length;
  }

  /** Gives how much more it takes than before. */
  add(piece: Buffer): number {
    const before = this.capacity;
    const length = this.#length + piece.length;
    if (this.#length === 0 && length === this.#expected) this.#buffer = piece;
    else {
      if (length > before) this.#grow(length);
      piece.copy(this.#buffer, this.#length);
    }
    this.#length = length;
    return this.capacity - before;
  }

  /** Gives what has come in, and begins anew. */
  take(): Buffer {
    const bytes = this.#buffer.subarray(0, this.#length);
    this.#buffer = noBytes;
    this.#length = 0;
    return bytes;
  }

  #grow(needed: number): void {
    const doubled = Math.max(needed, 2 * this.capacity, smallestBuffer);
    const buffer = Buffer.allocUnsafeSlow(Math.min(doubled, this.#expected));
    this.#buffer.copy(buffer, 0, 0, this.#length);
    this.#buffer = buffer;
  }
}

/** Whether anything follows the headers. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

/** As the request says itself; 0 if it does not. */
export function lengthOf({ headers }: IncomingMessage): number {
  return Number(headers["content-length"] ?? 0);
}

/**
 * Lets a client finish sending what nobody wants, so that it reads the answer; cuts it off if that goes on for too long. A
 * body that nobody reads would be kept piece by piece.
 */
export function discardBody(
  request: IncomingMessage,
  { bytes = 64 * 2 ** 20, pieces = 2 ** 16, milliseconds = 30_000 } = {},
): void {
  if (request.readableEnded || request.destroyed) return;
  let length = 0;
  let count = 0;
  const timer = setTimeout(() => request.destroy(), milliseconds).unref();
  request
    .on("error", () => {})
    .on("close", () => clearTimeout(timer))
    .on("end", () => clearTimeout(timer))
    .on("data", (chunk: Buffer) => {
      length += chunk.length;
      count += 1;
      if (length > bytes || count > pieces) request.destroy();
    })
    .resume();
}

/** Waits, and takes what lay at the socket meanwhile before it calls: where we were slow, the sender was not. */
export function afterWhatCameIn(milliseconds: number, call: () => void): NodeJS.Timeout {
  return setTimeout(() => setImmediate(call), milliseconds);
}

function within(limit: number, bytes: Uint8Array): RawBody {
  return bytes.length > limit ? { kind: "too_large" } : { kind: "body", bytes };
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
