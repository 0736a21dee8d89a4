import type { Instant } from "../../domain/time.ts";
import { type HeaderForm, signHeader, verifyHeader } from "../kit/signature-header.ts";
import type { PostedBody, Verification, VerifyOptions } from "../provider.ts";

/** Node gives header names in lower case. */
export const signatureHeader = "stripe-signature";

const form: HeaderForm = {
  provider: "Stripe",
  header: "Stripe-Signature",
  delimiter: ",",
  timestampKey: "t",
  digestKey: "v1",
  separator: ".",
};

/**
 * Whether Stripe sent this body: `Stripe-Signature: t=<unix seconds>,v1=<hex>[,v1=<hex>][,v0=<hex>]`, each `v1` an
 * HMAC-SHA256 over `<t>.<body>`, one per secret while a secret is rolled. `v0` is a scheme of test deliveries that proves
 * nothing. Stripe's own SDK (23.1) lets timestamps of the future pass, and any age at tolerance 0. Source: Stripe's page
 * on webhook signatures.
 */
export function verify(delivery: PostedBody, options: VerifyOptions): Verification {
  return verifyHeader(delivery, options, form);
}

/** The header Stripe would send with this body at that moment. */
export function sign(body: Uint8Array, options: { readonly secret: string; readonly at: Instant }): string {
  return signHeader(body, options, form);
}
