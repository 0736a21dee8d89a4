import { createHmac, timingSafeEqual } from "node:crypto";
import { fromUnixSeconds } from "../../domain/time.ts";
import type { Refusal, RefusalCode, Secret, Verification, VerifyOptions } from "../provider.ts";

/** A delivery as its header states it. Paddle and Stripe differ only in the header's form and the separator. */
export interface SignedDelivery {
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
