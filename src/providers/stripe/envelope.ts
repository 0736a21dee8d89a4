import { type Instant, parseInstant } from "../../domain/time.ts";
import { isRecord, parseJson } from "../json.ts";
import type { Envelope, Refusal } from "../provider.ts";
import { refused } from "../signature.ts";
import { isName } from "../text.ts";
import { instantOf } from "./fields.ts";

/** What Stripe calls an event that carries its object, and one that only names it. */
const eventObjects: readonly unknown[] = ["event", "v2.core.event"];

/**
 * `{id, object: "event", type, created, api_version, livemode, account, data: {object}}`; `account` is there on Connect
 * only, `livemode` always, but for what we make ourselves of a row or a report. A thin event has `object: "v2.core.event"`, an RFC 3339 time, its account in `context`, and no data.
 */
export function readEnvelope(body: Uint8Array): Envelope | Refusal {
  const json = parseJson(body);
  if (json.kind === "refused") return json;
  const event = json.value;
  if (!isRecord(event)) return refused("envelope_invalid", "The body is JSON, but not an object.");
  const { id: providerEventId, object, type, created, api_version: apiVersion, livemode } = event;
  const askedAt = timeOf(event.asked_at);
  if (object !== undefined && !eventObjects.includes(object))
    return refused(
      "envelope_invalid",
      'The body is an object of Stripe, but no event: object must be "event".',
    );
  if (!isName(providerEventId))
    return refused("envelope_invalid", "id must be a printable text of at most 255.");
  if (!isName(type)) return refused("envelope_invalid", "type must be a printable text of at most 255.");
  const account = event.account ?? lastPartOf(event.context) ?? null;
  if (account !== null && !isName(account))
    return refused("envelope_invalid", "account must be a printable text of at most 255, or null.");
  return {
    kind: "envelope",
    providerEventId,
    type,
    occurredAt: timeOf(created),
    ...(askedAt === null ? {} : { askedAt }),
    apiVersion: isName(apiVersion) ? apiVersion : null,
    livemode: typeof livemode === "boolean" ? livemode : "missing",
    account,
    data: event.data,
  };
}

/** An organisation names an account of its own by the way to it: `org_…/acct_…`. */
function lastPartOf(context: unknown): unknown {
  return typeof context === "string" ? context.slice(context.lastIndexOf("/") + 1) : context;
}

function timeOf(created: unknown): Instant | null {
  return typeof created === "string" ? (parseInstant(created) ?? null) : instantOf(created);
}
