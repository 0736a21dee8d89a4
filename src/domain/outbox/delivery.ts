import type { MessageId } from "../ids.ts";
import { type Instant, nanosecondsPerDay } from "../time.ts";

export const deliveryStatuses = ["pending", "delivered", "dead"] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

/**
 * How far the delivery of a message has got.
 *
 * ```
 *            take                2xx
 *   pending ──────► on its way ───────► delivered
 *      ▲                │ anything else, or nobody heard of it while the lease ran
 *      ├── backoff ◄────┤
 *      └── by hand ◄── dead, three days after the first try
 * ```
 */
export interface Delivery {
  readonly id: MessageId;
  readonly status: DeliveryStatus;
  /** How often it was taken. It rises each time: whoever took it before can no longer finish it. */
  readonly attempts: number;
  /** When it may be taken; while it is on its way, the end of the lease. */
  readonly nextAt: Instant;
  /** Three days from here it is dead. `null` before the first try, and again after a retry by hand. */
  readonly firstTriedAt: Instant | null;
  readonly onItsWay: boolean;
  /** Why the last try failed. */
  readonly lastError: string | null;
}

/** Of a message that nobody has tried to send. */
export const newDelivery = (id: MessageId, createdAt: Instant): Delivery => ({
  id,
  status: "pending",
  attempts: 0,
  nextAt: createdAt,
  firstTriedAt: null,
  onItsWay: false,
  lastError: null,
});

/** What became of one try. */
export type DeliveryResult =
  | { readonly kind: "accepted" }
  | { readonly kind: "refused"; readonly error: string };

const nanosecondsPerSecond = 1_000_000_000n;
/** Longer than any try takes, so that two workers never send the same message at the same time. */
const lease = 120n * nanosecondsPerSecond;
const shortestPause = 5n * nanosecondsPerSecond;
const longestPause = 6n * 3600n * nanosecondsPerSecond;
const patience = 3n * nanosecondsPerDay;

/** For one worker, until its lease ends. `null`: another one has it, or it is done, or not due. */
export function take(delivery: Delivery, now: Instant): Delivery | null {
  if (delivery.status !== "pending" || delivery.nextAt > now) return null;
  return {
    ...delivery,
    attempts: delivery.attempts + 1,
    nextAt: now + lease,
    firstTriedAt: delivery.firstTriedAt ?? now,
    onItsWay: true,
  };
}

/**
 * What a try that was the `attempt`-th leads to; `chance`, in [0, 1), spreads the next one. `null`: the worker took too
 * long, and another one has taken the message since.
 */
export function finish(
  delivery: Delivery,
  { attempt, result, chance }: { attempt: number; result: DeliveryResult; chance: number },
  now: Instant,
): Delivery | null {
  if (!delivery.onItsWay || delivery.attempts !== attempt) return null;
  const done = { ...delivery, onItsWay: false };
  if (result.kind === "accepted") return { ...done, status: "delivered", lastError: null };
  const end = (delivery.firstTriedAt ?? now) + patience;
  const failed = { ...done, lastError: result.error };
  if (now >= end) return { ...failed, status: "dead" };
  const next = now + pause(now - (end - patience), chance);
  // The last try is made when the three days are over, not hours before.
  return { ...failed, nextAt: next < end ? next : end };
}

/** Tries it again now: a dead one, or one that waits for its next try. `null`: it is delivered. */
export function retryNow(delivery: Delivery, now: Instant): Delivery | null {
  if (delivery.status === "delivered") return null;
  if (delivery.onItsWay) return delivery;
  return { ...delivery, status: "pending", nextAt: now, firstTriedAt: null };
}

/** As long as it has failed so far, give or take a third: so the time between two tries doubles each time. */
function pause(failingFor: bigint, chance: number): bigint {
  const base = failingFor < shortestPause ? shortestPause : failingFor;
  const spread = (base * BigInt(Math.floor((2 / 3 + (chance * 2) / 3) * 1_000_000))) / 1_000_000n;
  return spread < longestPause ? spread : longestPause;
}
