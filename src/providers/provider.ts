import type { Fact } from "../domain/facts/facts.ts";
import type { EventId, ProviderName } from "../domain/ids.ts";
import type { Instant } from "../domain/time.ts";

/** What every provider does for us: bytes → verified → envelope → facts. All of it pure; time comes in as an argument. */
export interface Provider {
  readonly name: ProviderName;
  /** Lower-case name of the header that carries the signature. */
  readonly signatureHeader: string;
  /** Types of events that a destination must be subscribed to, as far as each account has them sooner or later. */
  readonly expectedEventTypes: readonly string[];
  /** All types that say something of money: what a destination is subscribed to. */
  readonly subscribedEventTypes: readonly string[];
  verify(delivery: PostedBody, options: VerifyOptions): Verification;
  /** The header a provider would send with this body: for replay, the demo and tests. */
  sign(body: Uint8Array, options: { readonly secret: string; readonly at: Instant }): string;
  readEnvelope(body: Uint8Array): Envelope | Refusal;
  normalise(envelope: Envelope, eventId: EventId): Normalised;
  /** What two deliveries of one event must agree on: Paddle's `data`, Stripe's `data.object`. */
  contentOf(envelope: Envelope): unknown;
}

export interface PostedBody {
  readonly body: Uint8Array;
  readonly signature: string | undefined;
}

/** A webhook secret and the account it stands for. */
export interface Secret {
  readonly account: string;
  readonly secret: string;
}

export interface VerifyOptions {
  readonly secrets: readonly Secret[];
  readonly toleranceSeconds: number;
  readonly now: Instant;
}

export type Verification = { readonly kind: "verified"; readonly account: string } | Refusal;

export type RefusalCode =
  | "signature_missing"
  | "signature_malformed"
  | "signature_mismatch"
  | "signature_expired"
  | "body_not_json"
  | "envelope_invalid";

/** Answered with 400; nothing is stored. `detail` teaches the remedy and holds no secret. */
export interface Refusal {
  readonly kind: "refused";
  readonly code: RefusalCode;
  readonly detail: string;
}

export interface Envelope {
  readonly kind: "envelope";
  readonly providerEventId: string;
  readonly type: string;
  /** `null` if it is missing or cannot be read; such an event is parked. */
  readonly occurredAt: Instant | null;
  /** Of what we made of a list's answer: when we asked. */
  readonly askedAt?: Instant;
  readonly apiVersion: string | null;
  /** Whether it is about real money. `null` of a provider whose events never say so; `missing` of one whose own always do. */
  readonly livemode: boolean | "missing" | null;
  /** The account the body itself names (Stripe Connect); `null` leaves it to the secret. */
  readonly account: string | null;
  /** What the provider's simulator made: it looks like the real thing, and nobody paid. */
  readonly isSimulated?: true;
  /** `data` as it was sent, unchecked. */
  readonly data: unknown;
  /** Of an event that only names its object. */
  readonly named?: Named;
}

/** What an event names instead of carrying it, unchecked: where it can be asked for. */
export interface Named {
  /** The same event as one that carries its object; `null` where the provider made none. */
  readonly eventRef: string | null;
  /** `url` is the object's path at the provider. `null` where the event names no object. */
  readonly object: { readonly kind: string; readonly ref: string; readonly url: string } | null;
}

export type Normalised =
  | {
      readonly kind: "facts";
      readonly facts: readonly Fact[];
      /** Subscriptions and links of which it says that the provider itself sells through them. */
      readonly providerSells?: readonly string[];
    }
  /** It speaks of money, and only names its object: that is to be asked for. */
  | { readonly kind: "named"; readonly reason: "thin"; readonly named: Named }
  /** The type has no money meaning. */
  | { readonly kind: "ignored"; readonly reason: string }
  /** It cannot be read, or disagrees with itself: `reason` is a stable code, `detail` says where. */
  | { readonly kind: "parked"; readonly reason: string; readonly detail: string };
