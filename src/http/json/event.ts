import type { EventDetail, EventSummary } from "../../services/read/events.ts";
import { nullableTime, time } from "./values.ts";

export function eventJson(event: EventSummary) {
  return {
    id: event.id,
    provider: event.provider,
    account: event.account,
    event_id: event.providerEventId,
    type: event.type,
    api_version: event.apiVersion,
    origin: event.origin,
    outcome: event.outcome,
    reason: event.reason,
    occurred_at: nullableTime(event.occurredAt),
    received_at: time(event.receivedAt),
    applied_at: nullableTime(event.appliedAt),
    attempts: event.attempts,
    retry_at: nullableTime(event.retryAt),
  };
}

/** With the body as it came: as text if it is UTF-8, else in base64. */
export function eventDetailJson({ event, charges }: EventDetail) {
  return { ...eventJson(event), charge_ids: charges, ...bodyJson(event.body) };
}

function bodyJson(body: Uint8Array) {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
    return { body: text, body_encoding: "utf-8" };
  } catch {
    return { body: Buffer.from(body).toString("base64"), body_encoding: "base64" };
  }
}
