import type { EventId, Source } from "./ids.ts";
import type { Instant } from "./time.ts";

export const outcomes = ["applied", "duplicate", "ignored", "waiting", "parked", "failed"] as const;
export type Outcome = (typeof outcomes)[number];
/** What an event's row can say; `duplicate` is said of a delivery only. */
export type StoredOutcome = Exclude<Outcome, "duplicate">;

/** How an event came to us. */
export const eventOrigins = ["webhook", "backfill", "import"] as const;
export type EventOrigin = (typeof eventOrigins)[number];

/** A provider's statement, stored once as the bytes it came in, with what became of it. */
export interface StoredEvent extends Source {
  readonly id: EventId;
  readonly providerEventId: string;
  readonly type: string;
  readonly apiVersion: string | null;
  /** Other API versions the same event was sent at, too: what those say is said by this event. */
  readonly otherVersions: readonly string[];
  readonly origin: EventOrigin;
  /** The first that came, unless only later ones could be read: then those, and what is said of it here is what they say. */
  readonly body: Uint8Array;
  /** The provider's clock; `null` if it could not be read. */
  readonly occurredAt: Instant | null;
  /** Our socket. */
  readonly receivedAt: Instant;
  /** Our commit of its effects; `null` until it has any. */
  readonly appliedAt: Instant | null;
  readonly outcome: StoredOutcome;
  /** A stable code with what it is about, for instance `charge_unseen`; `null` where the outcome needs none. */
  readonly reason: string | null;
  /** How often applying it was tried, and when a failed one is tried next. */
  readonly attempts: number;
  readonly retryAt: Instant | null;
  /** When a person said that nothing is to be done about it, and why; `null`: nobody has. Only of what is parked or failed. */
  readonly dismissedAt: Instant | null;
  readonly dismissedReason: string | null;
}

export const notDismissed = { dismissedAt: null, dismissedReason: null } as const;

/** What stands in the way until somebody does something about it, or says that nothing is to be done. */
export const isDismissible = ({ outcome }: Pick<StoredEvent, "outcome">): boolean =>
  outcome === "parked" || outcome === "failed";

/** A mark on what could not be applied is lifted by what could be. */
export const stillDismissed = <Event extends Pick<StoredEvent, "outcome">>(event: Event): Event =>
  isDismissible(event) ? event : { ...event, ...notDismissed };

/**
 * Whether what an event was about was never heard from itself: it names its object, and waits for that, or was closed by what the
 * object says by now. The event that carries it may still come.
 */
export function lacksItsObject({ reason }: Pick<StoredEvent, "reason">): boolean {
  return reason?.startsWith("thin") ?? false;
}

/**
 * The same event as another destination of ours gets it: the bytes of its object at another API version. At the event's own
 * version, bytes that could be read after the first could not.
 */
export interface Rendering {
  readonly eventId: EventId;
  readonly apiVersion: string;
  readonly body: Uint8Array;
  readonly receivedAt: Instant;
}

/** Of what could not be read or applied, the last bytes that can be read count from now on; the first are kept beside them. */
export function readAgain(
  stored: StoredEvent,
  { type, apiVersion, occurredAt, body, ...event }: StoredEvent,
): {
  readonly event: StoredEvent;
  readonly rendering: Rendering;
} {
  const { id: eventId, receivedAt } = event;
  return {
    event: { ...stored, type, apiVersion, occurredAt, body },
    rendering: { eventId, apiVersion: apiVersion ?? "", body, receivedAt },
  };
}
