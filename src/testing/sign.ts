import { types } from "node:util";
import type { OwnProvider } from "../domain/ids.ts";
import type { Moment } from "../library/asked.ts";
import { signedHeaders } from "./signing.ts";

/** An event: as an object, or exactly as it is posted. */
export type Body = string | Uint8Array | object;

export interface SignOptions {
  /** What the destination's webhooks are signed with. */
  readonly secret: string;
  /** The signature's time; now, unless said otherwise. Where a test's `clock` stands still it is that clock's: `time.now()`. */
  readonly at?: Moment;
}

/**
 * The headers that a provider would send with this body: post exactly the text that was signed.
 *
 * ```ts
 * const body = JSON.stringify(paddle.transaction({ total: 1999 }));
 * await fetch(url, { method: "POST", body, headers: sign("paddle", body, { secret }) });
 * ```
 */
export function sign(
  provider: OwnProvider,
  body: Body,
  { secret, at = new Date() }: SignOptions,
): Record<string, string> {
  if (provider !== "paddle" && provider !== "stripe")
    throw new TypeError("provider: must be paddle or stripe");
  if (typeof secret !== "string" || secret === "") throw new TypeError("secret: is missing");
  const time = Math.floor(new Date(at).getTime() / 1000);
  return signedHeaders(provider, textOf(body), { secret, time });
}

export function textOf(body: Body): string {
  if (typeof body === "string") return body;
  if (types.isUint8Array(body)) return Buffer.from(body).toString("utf8");
  return JSON.stringify(body);
}
