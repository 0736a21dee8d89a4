import type { EventId } from "./ids.ts";
import type { PolicyBook } from "./policy/policy.ts";
import type { Instant } from "./time.ts";

/** Under what circumstances facts are applied. */
export interface Circumstances {
  readonly policies: PolicyBook;
  /** The event that brought the facts; `null` if a person asked for the charge to be booked anew. */
  readonly eventId: EventId | null;
  /** Why, where a person asked. */
  readonly reason: string | null;
  /** The provider's clock, and ours. */
  readonly occurredAt: Instant;
  readonly now: Instant;
}
