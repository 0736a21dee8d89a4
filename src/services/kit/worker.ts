import { fromUnixSeconds, type Instant } from "../../domain/time.ts";
import type { Lease } from "../../store/engine/transaction.ts";
import type { Services } from "../services.ts";

/** Something that goes on in the background. */
export interface Worker {
  /** Begins nothing further, and resolves when what is on its way is done. */
  stop(): Promise<void>;
}

/**
 * Does the same again and again until it is stopped. A round begins some time after the last one has ended, so they never
 * overlap. A round that fails must say so itself: what it throws is not heard.
 */
export function startWorker(
  round: (stopping: AbortSignal) => Promise<void>,
  { everyMilliseconds }: { readonly everyMilliseconds: number },
): Worker {
  const stopping = new AbortController();
  let timer: NodeJS.Timeout;
  let running = Promise.resolve();
  const wait = () => {
    timer = setTimeout(() => {
      running = round(stopping.signal).then(() => {
        if (!stopping.signal.aborted) wait();
      });
    }, everyMilliseconds).unref();
  };
  wait();
  return {
    stop: () => {
      stopping.abort();
      clearTimeout(timer);
      return running;
    },
  };
}

/** For how long nobody takes up what a process did that was killed. */
const usualSeconds = 120;

/**
 * Does what only one process does at a time. The lease is kept for as long as it takes and given up at the end; whatever is
 * stored under it finds out if it was lost. `null` if another process holds it. What may as well be done twice needs no long one.
 */
export async function leased<Result>(
  services: Services,
  name: string,
  run: (lease: Lease) => Promise<Result>,
  { seconds = usualSeconds }: { readonly seconds?: number } = {},
): Promise<Result | null> {
  const { store, clock, log } = services;
  const until = (): Instant => clock.now() + fromUnixSeconds(seconds);
  const lease = await store.takeLease(name, until());
  if (lease === null) return null;
  const prolong = (to: Instant) =>
    store.prolongLease(lease, to).catch((error: unknown) => {
      log.warn({ lease: name, error: String(error) }, "A lease could not be prolonged or given up.");
    });
  const keeping = setInterval(() => void prolong(until()), seconds * 250).unref();
  try {
    return await run(lease);
  } finally {
    clearInterval(keeping);
    // What was done is done, also if the database is gone now: the lease expires by itself.
    await prolong(0n);
  }
}
