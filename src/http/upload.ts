import { createHash, type Hash } from "node:crypto";
import type { Request } from "express";
import { HttpProblem } from "./problem.ts";
import { discardBody } from "./raw-body.ts";

/** A body that is read as it comes in, and that nobody holds whole. */
export interface Upload {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Of what was read so far. */
  readonly hash: Hash;
  /** Whether more came than is taken: then it was read only so far. */
  isTooLarge(): boolean;
}

/** So much more a client may send of what was refused, before it is cut off. */
const discarded = 64 * 2 ** 20;

/**
 * The body of a request, of one media type and at most `limit` bytes.
 * @throws HttpProblem `media_type_unsupported`, `body_encoded`, `body_too_large` if it says so beforehand
 */
export function readUpload(
  request: Request,
  { mediaType, limit }: { readonly mediaType: string; readonly limit: number },
): Upload {
  const [given] = (request.get("content-type") ?? "").split(";", 1);
  if (given?.trim().toLowerCase() !== mediaType)
    throw new HttpProblem("media_type_unsupported", `Send it as ${mediaType}.`);
  if ((request.get("content-encoding") ?? "identity") !== "identity")
    throw new HttpProblem("body_encoded", "The body must be sent as plain UTF-8.");
  if (Number(request.get("content-length") ?? 0) > limit)
    throw new HttpProblem("body_too_large", `At most ${limit} bytes are taken.`);
  const upload = { hash: createHash("sha256"), length: 0 };
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      // Who stops reading still wants to answer: the connection stays.
      for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        upload.length += chunk.length;
        if (upload.length > limit) throw new Error(`More than ${limit} bytes.`);
        upload.hash.update(chunk);
        yield chunk;
      }
    } finally {
      if (!request.readableEnded) discardBody(request, discarded);
    }
  }
  return { chunks: chunks(), hash: upload.hash, isTooLarge: () => upload.length > limit };
}
