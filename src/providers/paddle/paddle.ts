import { type Instant, parseInstant } from "../../domain/time.ts";
import { isName, isRecord, parseJson } from "../kit/fields.ts";
import { type HeaderForm, refused, signHeader, verifyHeader } from "../kit/signature.ts";
import type { Envelope, PostedBody, Provider, Refusal, Verification, VerifyOptions } from "../provider.ts";
import { expectedEventTypes, moneyEventTypes } from "./event-types.ts";
import { normalise } from "./normalise.ts";

export const simulatedEventPrefix = "ntfsimevt_";

/**
 * `{event_id, event_type, occurred_at, data}`. The event id is the fact's; `notification_id` names one delivery of it to
 * one destination: it only tells what Paddle's simulator made. Nothing in a Paddle event says its mode, its account or its API
 * version.
 */
function readEnvelope(body: Uint8Array): Envelope | Refusal {
  const json = parseJson(body);
  if (json.kind === "refused") return json;
  const event = json.value;
  if (!isRecord(event)) return refused("envelope_invalid", "The body is JSON, but not an object.");
  const { event_id: providerEventId, event_type: type, occurred_at: occurredAt, data } = event;
  if (!isName(providerEventId))
    return refused("envelope_invalid", "event_id must be a printable text of at most 255.");
  if (!isName(type))
    return refused("envelope_invalid", "event_type must be a printable text of at most 255.");
  return {
    kind: "envelope",
    providerEventId,
    type,
    occurredAt: typeof occurredAt === "string" ? (parseInstant(occurredAt) ?? null) : null,
    apiVersion: null,
    livemode: null,
    account: null,
    ...(isSimulated(event) ? { isSimulated: true } : {}),
    data,
  };
}

/** It signs with the destination's own secret, and its events may name real entities. Source: Paddle's guide to its simulator. */
function isSimulated({ event_id: event, notification_id: notification }: Record<string, unknown>): boolean {
  return String(event).startsWith(simulatedEventPrefix) || String(notification).startsWith("ntfsimntf_");
}

/** Node gives header names in lower case. */
const signatureHeader = "paddle-signature";

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
function verify(delivery: PostedBody, options: VerifyOptions): Verification {
  return verifyHeader(delivery, options, form);
}

/** The header Paddle would send with this body at that moment. */
function sign(body: Uint8Array, options: { readonly secret: string; readonly at: Instant }): string {
  return signHeader(body, options, form);
}

/** Paddle Billing, as its raw webhooks and API bodies speak. */
export const paddle: Provider = {
  name: "paddle",
  signatureHeader,
  expectedEventTypes,
  subscribedEventTypes: moneyEventTypes,
  verify,
  sign,
  readEnvelope,
  normalise,
  contentOf: (envelope) => envelope.data,
};
