import { createHmac, timingSafeEqual } from "node:crypto";
import { fromUnixSeconds, type Instant } from "../../domain/time.ts";
import type { PostedBody, Refusal, RefusalCode, Secret, Verification, VerifyOptions } from "../provider.ts";

/** A delivery as its header states it. Paddle and Stripe differ only in the header's form and the separator. */
interface SignedDelivery {
  /** As a person writes it, for messages. */
  readonly provider: string;
  /** Unix seconds, in the digits that were signed. */
  readonly timestamp: string;
  readonly separator: ":" | ".";
  /** Lower-case hexadecimal SHA-256 HMACs; one that matches is enough, so that secrets can be rotated. */
  readonly signatures: readonly string[];
  readonly body: Uint8Array;
}

/** An HMAC with an empty key is one that anybody can make: such a secret is a mistake in the configuration. */
export class BlankSecret extends Error {
  readonly code = "secret_blank";
  constructor(account: string) {
    super(`The webhook secret of account "${account}" is blank: anybody could sign with it.`);
  }
}

/** @throws BlankSecret */
export function requireUsableSecrets(secrets: readonly Secret[]): void {
  for (const { account, secret } of secrets) {
    if (secret.trim() === "") throw new BlankSecret(account);
  }
}

/**
 * Holds every signature of the header against every secret, in constant time, and only then looks at the clock: what is
 * `signature_expired` was signed by somebody who has the secret. The window is open on both sides, ends included.
 * @throws BlankSecret
 */
export function verifySignature(delivery: SignedDelivery, options: VerifyOptions): Verification {
  requireUsableSecrets(options.secrets);
  const signatures = delivery.signatures.map((signature) => Buffer.from(signature, "hex"));
  const match = options.secrets.find(({ secret }) => {
    const expected = digestOf(delivery, secret);
    return signatures.filter((signature) => equal(signature, expected)).length > 0;
  });
  if (match === undefined) return refused("signature_mismatch", mismatchDetail(delivery, options));
  if (!isInWindow(delivery.timestamp, options))
    return refused("signature_expired", expiredDetail(delivery, options));
  return { kind: "verified", account: match.account };
}

/** The signature in hexadecimal, over timestamp, separator and body. */
export function signatureOf(
  delivery: Omit<SignedDelivery, "signatures" | "provider">,
  secret: string,
): string {
  return digestOf(delivery, secret).toString("hex");
}

export function refused(code: RefusalCode, detail: string): Refusal {
  return { kind: "refused", code, detail };
}

function digestOf(delivery: Omit<SignedDelivery, "signatures" | "provider">, secret: string): Buffer {
  const { timestamp, separator, body } = delivery;
  return createHmac("sha256", secret).update(`${timestamp}${separator}`).update(body).digest();
}

function equal(signature: Buffer, expected: Buffer): boolean {
  return signature.length === expected.length && timingSafeEqual(signature, expected);
}

function isInWindow(timestamp: string, { now, toleranceSeconds }: VerifyOptions): boolean {
  const age = now - fromUnixSeconds(Number(timestamp));
  const tolerance = fromUnixSeconds(toleranceSeconds);
  return age <= tolerance && age >= -tolerance;
}

function mismatchDetail({ provider }: SignedDelivery, { secrets }: VerifyOptions): string {
  return (
    `No ${provider} signature in the header matched any of ${counted(secrets.length, "configured secret")}. ` +
    "Check the secret of this destination, and that nothing parses or changes the body on its way."
  );
}

function expiredDetail(
  { provider, timestamp }: SignedDelivery,
  { now, toleranceSeconds }: VerifyOptions,
): string {
  const age = (now - fromUnixSeconds(Number(timestamp))) / fromUnixSeconds(1);
  const distance = age < 0n ? `${-age} seconds in the future` : `${age} seconds old`;
  return `The ${provider} signature is right but ${distance}; ${toleranceSeconds} are allowed. Check this machine's clock.`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

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
