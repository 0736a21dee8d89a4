import { type Instant, parseInstant } from "../../domain/time.ts";
import { isName, isRecord, parseJson } from "../kit/fields.ts";
import { type HeaderForm, refused, signHeader, verifyHeader } from "../kit/signature.ts";
import type {
  Envelope,
  Named,
  PostedBody,
  Provider,
  Refusal,
  Verification,
  VerifyOptions,
} from "../provider.ts";
import { expectedEventTypes, subscribedEventTypes } from "./event-types.ts";
import { instantOf } from "./fields.ts";
import { normalise } from "./normalise.ts";

/** What Stripe calls an event that carries its object, and one that only names it. */
const thinObject = "v2.core.event";
const eventObjects: readonly unknown[] = ["event", thinObject];

/**
 * `{id, object: "event", type, created, api_version, livemode, account, data: {object}}`; `account` is there on Connect
 * only, `livemode` always, but for what we make ourselves of a row or a report. A thin event has `object: "v2.core.event"`, an
 * RFC 3339 time, its account in `context`, and no data; where the same event was made with its object, too, that one's id is its
 * own, so that either is a repetition of the other.
 */
function readEnvelope(body: Uint8Array): Envelope | Refusal {
  const json = parseJson(body);
  if (json.kind === "refused") return json;
  const event = json.value;
  if (!isRecord(event)) return refused("envelope_invalid", "The body is JSON, but not an object.");
  const { object, type, created, api_version: apiVersion, livemode } = event;
  const named = object === thinObject ? namedBy(event) : null;
  const providerEventId = named?.eventRef ?? event.id;
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
    ...(named === null ? {} : { named }),
  };
}

function namedBy({ snapshot_event: eventRef, related_object: object }: Record<string, unknown>): Named {
  const { type: kind, id: ref, url } = isRecord(object) ? object : {};
  const isNamed = isName(kind) && isName(ref) && typeof url === "string";
  return { eventRef: isName(eventRef) ? eventRef : null, object: isNamed ? { kind, ref, url } : null };
}

/** An organisation names an account of its own by the way to it: `org_…/acct_…`. */
function lastPartOf(context: unknown): unknown {
  return typeof context === "string" ? context.slice(context.lastIndexOf("/") + 1) : context;
}

function timeOf(created: unknown): Instant | null {
  return typeof created === "string" ? (parseInstant(created) ?? null) : instantOf(created);
}

/** Node gives header names in lower case. */
const signatureHeader = "stripe-signature";

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
function verify(delivery: PostedBody, options: VerifyOptions): Verification {
  return verifyHeader(delivery, options, form);
}

/** The header Stripe would send with this body at that moment. */
function sign(body: Uint8Array, options: { readonly secret: string; readonly at: Instant }): string {
  return signHeader(body, options, form);
}

/** Stripe, as its snapshot events speak, of any API version. */
export const stripe: Provider = {
  name: "stripe",
  signatureHeader,
  expectedEventTypes,
  subscribedEventTypes,
  verify,
  sign,
  readEnvelope,
  normalise,
  // `previous_attributes` beside it differs between API versions.
  contentOf: ({ data }) => (isRecord(data) ? data.object : data),
};
