import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Request, Response } from "express";

/** A client that takes nothing for so long is gone: what it reads from holds a moment of the database. */
const stalledAfterMilliseconds = 60_000;

export interface StreamedFile {
  readonly name: string;
  readonly mediaType: string;
}

/**
 * Sends text as fast as the client takes it. What fails before the first piece becomes a problem; afterwards the connection
 * is cut, so that half a file is never taken for all of it. A client that goes away ends the reading.
 */
export async function sendStream(
  request: Request,
  response: Response,
  { name, mediaType }: StreamedFile,
  pieces: AsyncGenerator<string>,
): Promise<void> {
  try {
    const first = await pieces.next();
    response.set("content-type", mediaType);
    response.set("content-disposition", `attachment; filename="${name}"`);
    if (request.method === "HEAD") return void response.end();
    response.setTimeout(stalledAfterMilliseconds, () => response.destroy());
    await pipeline(Readable.from(following(first, pieces), { objectMode: false }), response);
  } catch (error) {
    if (!isGone(error)) throw error;
  } finally {
    await pieces.return(undefined);
  }
}

async function* following(
  first: IteratorResult<string>,
  rest: AsyncGenerator<string>,
): AsyncGenerator<string> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}

function isGone(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === "ERR_STREAM_PREMATURE_CLOSE";
}
