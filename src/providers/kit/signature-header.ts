import { fromUnixSeconds, type Instant } from "../../domain/time.ts";
import type { PostedBody, Refusal, Verification, VerifyOptions } from "../provider.ts";
import { BlankSecret, refused, type SignedDelivery, signatureOf, verifySignature } from "./signature.ts";

/** How a provider writes time and digests into its header: `ts=1790000000;h1=…;h1=…` or `t=1790000000,v1=…,v1=…`. */
export interface HeaderForm {
  readonly provider: string;
  /** As the provider's pages write it. */
  readonly header: string;
  readonly delimiter: ";" | ",";
  readonly timestampKey: string;
  readonly digestKey: string;
  readonly separator: SignedDelivery["separator"];
}

const unixSeconds = /^(0|[1-9]\d{0,10})$/;
const hexDigest = /^[0-9a-f]{64}$/;

/** Whether this delivery was signed by somebody who has one of the secrets, within the window. */
export function verifyHeader(delivery: PostedBody, options: VerifyOptions, form: HeaderForm): Verification {
  const { provider, separator } = form;
  if (delivery.signature === undefined || delivery.signature === "") {
    return refused("signature_missing", `The request has no ${form.header} header.`);
  }
  const header = readHeader(delivery.signature, form);
  if ("kind" in header) return header;
  return verifySignature({ provider, separator, body: delivery.body, ...header }, options);
}

/** The header that the provider would send with this body at that moment. */
export function signHeader(
  body: Uint8Array,
  { secret, at }: { readonly secret: string; readonly at: Instant },
  { separator, timestampKey, digestKey, delimiter }: HeaderForm,
): string {
  if (secret.trim() === "") throw new BlankSecret("default");
  const timestamp = String(at / fromUnixSeconds(1));
  const digest = signatureOf({ timestamp, separator, body }, secret);
  return `${timestampKey}=${timestamp}${delimiter}${digestKey}=${digest}`;
}

function readHeader(
  text: string,
  { header, delimiter, timestampKey, digestKey }: HeaderForm,
): { timestamp: string; signatures: string[] } | Refusal {
  const parts = text.split(delimiter);
  const timestamps = valuesOf(parts, `${timestampKey}=`);
  const signatures = valuesOf(parts, `${digestKey}=`).filter((value) => hexDigest.test(value));
  const [timestamp] = timestamps;
  if (timestamps.length !== 1 || timestamp === undefined || !unixSeconds.test(timestamp)) {
    return refused("signature_malformed", `The ${header} header needs one ${timestampKey}=<unix seconds>.`);
  }
  if (signatures.length === 0) {
    return refused(
      "signature_malformed",
      `The ${header} header has no ${digestKey}=<64 lower-case hexadecimal digits>.`,
    );
  }
  return { timestamp, signatures };
}

function valuesOf(parts: readonly string[], key: string): string[] {
  return parts.filter((part) => part.startsWith(key)).map((part) => part.slice(key.length));
}
