import { createHash, type Hash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { NextFunction, Request, RequestHandler, Response } from "express";
import { HttpProblem } from "./problem.ts";
import { afterWhatCameIn, type BodyBounds, GrowingBuffer, lengthOf } from "./raw-body.ts";

/** A body that is read as it comes in, and that nobody holds whole. */
export interface Upload {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Of what was read so far. */
  readonly hash: Hash;
  /** Why we read it only so far, though its sender had not ended it. */
  ended(): HttpProblem | null;
}

/** What is taken as an upload. */
export interface UploadTerms {
  readonly mediaType: string;
  /** In bytes. */
  readonly limit: number;
}

/** Makes a request's body an upload. */
export function uploadBody(
  terms: UploadTerms,
  { stalledAfterMilliseconds }: Required<BodyBounds>,
): RequestHandler {
  return (request: Request, _response: Response, next: NextFunction) => {
    request.body = uploadOf(request, { ...terms, stalledAfterMilliseconds });
    next();
  };
}

/** @throws HttpProblem `media_type_unsupported`, `body_encoded`, `body_too_large` if it says so beforehand */
function uploadOf(
  request: Request,
  {
    mediaType,
    limit,
    stalledAfterMilliseconds,
  }: UploadTerms & Pick<Required<BodyBounds>, "stalledAfterMilliseconds">,
): Upload {
  const [given] = (request.get("content-type") ?? "").split(";", 1);
  if (given?.trim().toLowerCase() !== mediaType)
    throw new HttpProblem("media_type_unsupported", `Send it as ${mediaType}.`);
  if ((request.get("content-encoding") ?? "identity") !== "identity")
    throw new HttpProblem("body_encoded", "The body must be sent as plain UTF-8.");
  const tooLarge = () => new HttpProblem("body_too_large", `At most ${limit} bytes are taken.`);
  if (lengthOf(request) > limit) throw tooLarge();
  const before = readBefore(request.body);
  const hash = createHash("sha256");
  let ended: HttpProblem | null = null;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    let length = 0;
    try {
      for await (const chunk of before ?? piecesOf(request, stalledAfterMilliseconds)) {
        length += chunk.length;
        if (length > limit) throw tooLarge();
        hash.update(chunk);
        yield chunk;
      }
    } catch (error) {
      if (error instanceof HttpProblem) ended = error;
      throw error;
    }
  }
  return { chunks: chunks(), hash, ended: () => ended };
}

/** What a parser of the app that we are part of has read. */
function readBefore(body: unknown): Uint8Array[] | null {
  if (typeof body === "string") return [Buffer.from(body)];
  return body instanceof Uint8Array ? [body] : null;
}

/** So much is put together before reading waits for whoever takes it. */
const pieceLength = 64 * 2 ** 10;

/** A sender from whom nothing comes is given up; while we do not read, it is not he who is slow. */
async function* piecesOf(request: IncomingMessage, stalledAfter: number): AsyncGenerator<Uint8Array> {
  const arrived = new GrowingBuffer();
  let end = (request.destroyed ? "gone" : null) as "whole" | "gone" | null;
  let wake = () => {};
  const onData = (chunk: Buffer) => {
    arrived.add(chunk);
    if (arrived.length >= pieceLength) request.pause();
    wake();
  };
  const onEnd = () => {
    end ??= "whole";
    wake();
  };
  const onGone = () => {
    end ??= "gone";
    wake();
  };
  request.on("data", onData).on("end", onEnd).on("close", onGone).on("error", onGone);
  try {
    while (true) {
      if (arrived.length > 0) {
        const piece = arrived.take();
        request.resume();
        yield piece;
      } else if (end === "whole") return;
      else if (end === "gone") throw new Error("The sender is gone.");
      else
        await new Promise<void>((resolve, reject) => {
          const timer = afterWhatCameIn(stalledAfter, () => reject(stalled(stalledAfter)));
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
    }
  } finally {
    // The listener for errors stays: one after the answer would end the process.
    request.off("data", onData).off("end", onEnd).off("close", onGone);
  }
}

const stalled = (milliseconds: number) =>
  new HttpProblem("body_too_slow", `Nothing more came for ${milliseconds / 1000} seconds.`);
