import type { Instant } from "../../domain/time.ts";
import { type HeaderForm, signHeader, verifyHeader } from "../kit/signature-header.ts";
import type { PostedBody, Verification, VerifyOptions } from "../provider.ts";

/** Node gives header names in lower case. */
export const signatureHeader = "paddle-signature";

const form: HeaderForm = {
  provider: "Paddle",
  header: "Paddle-Signature",
  delimiter: ";",
  timestampKey: "ts",
  digestKey: "h1",
  separator: ":",
};

/**
 * Whether Paddle sent this body: `Paddle-Signature: ts=<unix seconds>;h1=<hex>[;h1=<hex>]`, each `h1` an HMAC-SHA256 over
 * `<ts>:<body>`. Paddle's own SDK (3.10) looks at the last `h1` only and lets timestamps of the future pass; any `h1` of
 * any configured secret counts here. Source: Paddle's page on signature verification.
 */
export function verify(delivery: PostedBody, options: VerifyOptions): Verification {
  return verifyHeader(delivery, options, form);
}

/** The header Paddle would send with this body at that moment. */
export function sign(body: Uint8Array, options: { readonly secret: string; readonly at: Instant }): string {
  return signHeader(body, options, form);
}
