import { fromUnixSeconds, type Instant } from "../../domain/time.ts";
import type { Delivery, Refusal, Verification, VerifyOptions } from "../provider.ts";
import { BlankSecret, refused, signatureOf, verifySignature } from "../signature.ts";

/** Node gives header names in lower case. */
export const signatureHeader = "paddle-signature";

const separator = ":";
const unixSeconds = /^(0|[1-9]\d{0,10})$/;
const hexDigest = /^[0-9a-f]{64}$/;

/**
 * Whether Paddle sent this body: `Paddle-Signature: ts=<unix seconds>;h1=<hex>[;h1=<hex>]`, each `h1` an HMAC-SHA256 over
 * `<ts>:<body>`. Paddle's own SDK (3.10) looks at the last `h1` only and lets timestamps of the future pass; any `h1` of
 * any configured secret counts here. Source: Paddle's page on signature verification.
 */
export function verify(delivery: Delivery, options: VerifyOptions): Verification {
  if (delivery.signature === undefined || delivery.signature === "") {
    return refused("signature_missing", "The request has no Paddle-Signature header.");
  }
  const header = readHeader(delivery.signature);
  if ("kind" in header) return header;
  return verifySignature({ provider: "Paddle", separator, body: delivery.body, ...header }, options);
}

/** The header Paddle would send with this body at that moment. */
export function sign(
  body: Uint8Array,
  { secret, at }: { readonly secret: string; readonly at: Instant },
): string {
  if (secret.trim() === "") throw new BlankSecret("default");
  const timestamp = String(at / fromUnixSeconds(1));
  return `ts=${timestamp};h1=${signatureOf({ timestamp, separator, body }, secret)}`;
}

function readHeader(header: string): { timestamp: string; signatures: string[] } | Refusal {
  const parts = header.split(";");
  const timestamps = valuesOf(parts, "ts=");
  const signatures = valuesOf(parts, "h1=").filter((value) => hexDigest.test(value));
  const [timestamp] = timestamps;
  if (timestamps.length !== 1 || timestamp === undefined || !unixSeconds.test(timestamp)) {
    return refused("signature_malformed", "The Paddle-Signature header needs one ts=<unix seconds>.");
  }
  if (signatures.length === 0) {
    return refused(
      "signature_malformed",
      "The Paddle-Signature header has no h1=<64 lower-case hexadecimal digits>.",
    );
  }
  return { timestamp, signatures };
}

function valuesOf(parts: readonly string[], key: string): string[] {
  return parts.filter((part) => part.startsWith(key)).map((part) => part.slice(key.length));
}
