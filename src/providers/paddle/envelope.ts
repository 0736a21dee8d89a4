import { parseInstant } from "../../domain/time.ts";
import { isRecord, parseJson } from "../kit/json.ts";
import { refused } from "../kit/signature.ts";
import { isName } from "../kit/text.ts";
import type { Envelope, Refusal } from "../provider.ts";

export const simulatedEventPrefix = "ntfsimevt_";

/**
 * `{event_id, event_type, occurred_at, data}`. The event id is the fact's; `notification_id` names one delivery of it to
 * one destination: it only tells what Paddle's simulator made. Nothing in a Paddle event says its mode, its account or its API
 * version.
 */
export function readEnvelope(body: Uint8Array): Envelope | Refusal {
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
