import type { Source } from "../../domain/ids.ts";
import { type Instant, nanosecondsPerDay } from "../../domain/time.ts";
import type { Snapshot } from "../../store/batch/snapshot.ts";
import { deliveryPaces } from "../../store/inbox/read/silence.ts";

/** An account that delivers, and how long it has not. */
export interface Pace extends Source {
  readonly lastReceivedAt: Instant;
  /** Longer than it should be, by what it did in the last thirty days. */
  readonly isSilent: boolean;
}

/** Of fewer deliveries nobody can say what their usual pace is. */
const fewest = 20;
const shortestSilence = nanosecondsPerDay / 4n;
/** Counted among the last deliveries alone: who has more of them has short gaps. */
const among = 5_000;

/**
 * Most money is lost where an endpoint was switched off, and nobody notices that nothing comes. Silent is an account that has
 * not sent for twice the longest pause of its last thirty days, and for six hours at least.
 */
export async function pacesOf(read: Snapshot["read"], now: Instant): Promise<Pace[]> {
  const paces = await deliveryPaces(read, { since: now - 30n * nanosecondsPerDay, among });
  return paces.map(({ provider, account, deliveries, lastReceivedAt, longestGap }) => {
    const usual = 2n * (longestGap ?? 0n);
    const bearable = usual > shortestSilence ? usual : shortestSilence;
    const isSilent = deliveries >= fewest && now - lastReceivedAt > bearable;
    return { provider, account, lastReceivedAt, isSilent };
  });
}
