import type { Deed } from "../../domain/action.ts";
import { type EventOrigin, notDismissed, type Outcome, type StoredEvent } from "../../domain/event.ts";
import { type EventId, eventId, type ProviderName, type Source } from "../../domain/ids.ts";
import { setting } from "../../domain/setting.ts";
import type { Instant } from "../../domain/time.ts";
import type { Envelope, Normalised, Provider, Refusal, RefusalCode } from "../../providers/provider.ts";
import { storedEvent } from "../../store/inbox/read/events.ts";
import { policyUnknown } from "../charges/policies.ts";
import { idempotencyConflict } from "../kit/idempotency.ts";
import { type Log, millisecondsSince } from "../kit/log.ts";
import { recorded } from "../people/acting.ts";
import type { ConfiguredSource, Services } from "../services.ts";
import { type Applied, applyingEvent, type ReadEvent } from "./apply-event.ts";
import { recordingFailure } from "./record-failure.ts";

/** One HTTP attempt that carries an event. */
export interface IncomingDelivery {
  readonly provider: ProviderName;
  readonly body: Uint8Array;
  readonly signature: string | undefined;
  readonly receivedAt: Instant;
}

export type Received =
  | Accepted
  | { readonly kind: "refused"; readonly code: RefusalCode; readonly detail: string }
  | { readonly kind: "not_configured"; readonly provider: ProviderName };

/** The event is durable. `eventId` is the provider's own. */
export interface Accepted {
  readonly kind: "accepted";
  readonly eventId: string;
  readonly type: string;
  readonly outcome: Outcome;
  readonly reason: string | null;
}

/**
 * Verifies a delivery and applies its event, once. Resolves only after the commit.
 * @throws if the event could not be stored: the provider should send it again.
 */
export async function receive(services: Services, delivery: IncomingDelivery): Promise<Received> {
  const configured = services.providers.get(delivery.provider);
  if (configured === undefined || configured.secrets.length === 0) {
    return { kind: "not_configured", provider: delivery.provider };
  }
  const { provider, secrets } = configured;
  const { toleranceSeconds } = services;
  const stage = stagesOf(services.log);
  const verification = provider.verify(delivery, { secrets, toleranceSeconds, now: delivery.receivedAt });
  if (verification.kind === "refused") return verification;
  stage("Its signature holds.", { account: verification.account, bytes: delivery.body.length });
  const envelope = provider.readEnvelope(delivery.body);
  if (envelope.kind === "refused") return envelope;
  stage("Its envelope was read.", { event_id: envelope.providerEventId, type: envelope.type });
  const event = newEvent(provider, envelope, {
    ...delivery,
    account: accountOf(services, envelope, { ...delivery, account: verification.account }),
  });
  return apply(services, provider, envelope, { event, unlessKnown: false });
}

/** That which the body names, but for the provider's name of the one that the secret stands for. */
function accountOf(
  { sources }: Services,
  { account: named }: Envelope,
  { provider, account }: Source,
): string {
  const isOwn = ({ source }: ConfiguredSource) =>
    source.provider === provider && source.knownAccount === named;
  return named === null || sources.some(isOwn) ? account : named;
}

/** What a provider states when it is asked, in the body of an event. */
export interface IncomingTelling extends Source {
  readonly body: Uint8Array;
  readonly origin: Exclude<EventOrigin, "webhook">;
  readonly receivedAt: Instant;
  /** Whether it is left out if the books know it; then it is a `duplicate`, with what they know as the reason. */
  readonly unlessKnown: boolean;
}

/**
 * Applies what a provider was asked for, once, like an event that it had sent. Resolves only
 * after the commit.
 */
export async function receiveTelling(
  services: Services,
  { provider: name, account, unlessKnown, ...telling }: IncomingTelling,
): Promise<Accepted | Refusal> {
  const configured = services.providers.get(name);
  if (configured === undefined) throw new Error(`No provider ${name} is configured.`);
  const { provider } = configured;
  const envelope = provider.readEnvelope(telling.body);
  if (envelope.kind === "refused") return envelope;
  const event = newEvent(provider, envelope, { ...telling, account: envelope.account ?? account });
  return apply(services, provider, envelope, { event, unlessKnown });
}

function newEvent(
  provider: Provider,
  envelope: Envelope,
  {
    account,
    body,
    receivedAt,
    origin = "webhook",
  }: Pick<StoredEvent, "account" | "body" | "receivedAt"> & { origin?: EventOrigin },
): StoredEvent {
  return {
    id: eventId({ provider: provider.name, account }, envelope.providerEventId),
    provider: provider.name,
    account,
    providerEventId: envelope.providerEventId,
    type: envelope.type,
    apiVersion: envelope.apiVersion,
    otherVersions: [],
    origin,
    body,
    occurredAt: envelope.occurredAt,
    receivedAt,
    appliedAt: null,
    outcome: "failed",
    reason: null,
    attempts: 0,
    retryAt: null,
    ...notDismissed,
  };
}

/**
 * Tries a stored event again, from the bytes it came in. `null` if there is none of that id.
 * @throws if the database cannot be used
 */
export async function retryEvent(services: Services, id: EventId): Promise<Accepted | null> {
  const event = await storedEvent(services.store.read, id);
  if (event === undefined) return null;
  const configured = services.providers.get(event.provider);
  if (configured === undefined) throw new Error(`No provider ${event.provider} is configured.`);
  const envelope = configured.provider.readEnvelope(event.body);
  if (envelope.kind === "refused") throw new Error(`The stored body of ${id} is not an envelope.`);
  return apply(asked(services, event), configured.provider, envelope, { event, unlessKnown: false });
}

/** What becomes of an event that somebody asked for again is in the trail, whatever that is. */
function asked(services: Services, { id, outcome, dismissedReason: dismissed }: StoredEvent): Services {
  const { store, actor } = services;
  if (actor === null) return services;
  const deedOf = (result: unknown): Deed => {
    const after = { outcome: (result as Applied).outcome };
    const before = { outcome, ...(dismissed === null ? {} : { dismissed }) };
    return { action: "event.retry", subject: id, reason: null, before, after };
  };
  return {
    ...services,
    store: { ...store, write: (work) => store.write(recorded(services, work, deedOf)) },
  };
}

async function apply(
  services: Services,
  provider: Provider,
  envelope: Envelope,
  { event, unlessKnown }: Pick<ReadEvent, "event" | "unlessKnown">,
): Promise<Accepted> {
  const { store, log } = services;
  const said = (applied: Applied): Accepted => ({
    kind: "accepted",
    eventId: event.providerEventId,
    type: event.type,
    ...applied,
  });
  const stage = stagesOf(log);
  let isReadable = false;
  try {
    const normalised = readFacts(services, provider, envelope, event);
    isReadable = normalised.kind === "facts";
    const told =
      normalised.kind === "facts" ? { facts: normalised.facts.length } : { reason: normalised.reason };
    stage("It was normalised.", { event: event.id, kind: normalised.kind, ...told });
    const applied = await applyOnce(services, { provider, event, normalised, unlessKnown });
    stage("It was committed.", { outcome: applied.outcome });
    return said(applied);
  } catch (error) {
    // Nothing is wrong with the event, and a failure could not be written down either.
    if (store.isUnavailable(error) || codeOf(error) === idempotencyConflict) throw error;
    log.error(
      { event: event.id, type: event.type, error: describe(error) },
      "An event could not be applied.",
    );
    return said(await store.write(recordingFailure({ event, isReadable }, failureOf(error))));
  }
}

/** Says in the log how far a delivery has come, and how long each step took. */
function stagesOf(log: Log): (message: string, fields: object) => void {
  let begun = performance.now();
  return (message, fields) => {
    log.debug({ ...fields, milliseconds: millisecondsSince(begun) }, message);
    begun = performance.now();
  };
}

/** Another process may have pinned the charge to a policy that was stored after this one had started. */
async function applyOnce({ store, policies }: Services, read: ReadEvent): Promise<Applied> {
  const work = applyingEvent(read, policies);
  try {
    return await store.write(work);
  } catch (error) {
    if (codeOf(error) !== policyUnknown) throw error;
    await policies.refresh();
    return await store.write(work);
  }
}

function readFacts(
  services: Services,
  provider: Provider,
  envelope: Envelope,
  event: StoredEvent,
): Normalised {
  const { mode, sources } = services;
  const { livemode } = envelope;
  const isOfLive = ({ source, isLive }: ConfiguredSource) => source.provider === provider.name && isLive;
  const isReal = mode === "live" || (mode === "any" && sources.some(isOfLive));
  if (envelope.isSimulated && isReal) return { kind: "parked", reason: "simulated", detail: simulatedDetail };
  // What we asked for came with a key of one mode, and a row of a report names none.
  const isUnsaid = livemode === null || (livemode === "missing" && event.origin !== "webhook");
  if (mode === "any" || isUnsaid || livemode === (mode === "live"))
    return askable(services, provider, provider.normalise(envelope, event.id));
  const said = livemode === "missing" ? "livemode is missing: " : "";
  return {
    kind: "parked",
    reason: "wrong_mode",
    detail: `${said}this installation takes ${mode} events only`,
  };
}

/** What only names its object waits for a key, if there is none that it could be asked for with. */
function askable({ sources }: Services, { name }: Provider, normalised: Normalised): Normalised {
  if (normalised.kind !== "named" || sources.some(({ source }) => source.provider === name))
    return normalised;
  const variable = setting(`${name.toUpperCase()}_API_KEY`);
  const detail =
    `this event names its object and does not carry it. Set ${variable}, so that it can be asked for, or make the ` +
    'event destination again with the payload style "snapshot"';
  return { kind: "parked", reason: "thin_event", detail };
}

const simulatedDetail = "the provider's simulator made it, and this installation books real money";

/** An amount that does not fit cannot fit tomorrow either: such an event waits for a person, others are tried again. */
function failureOf(error: unknown): { outcome: "failed" | "parked"; reason: string } {
  if (codeOf(error) === "amount_out_of_range") return { outcome: "parked", reason: "amount_out_of_range" };
  return { outcome: "failed", reason: `unexpected_error: ${describe(error)}` };
}

function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}

/** Errors are told by their message, which holds no data of the event; never by their detail, which may. */
function describe(error: unknown): string {
  const message =
    typeof error === "object" && error !== null && "message" in error ? String(error.message) : String(error);
  return message.slice(0, 200);
}
