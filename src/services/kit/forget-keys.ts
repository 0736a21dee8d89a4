import { nanosecondsPerDay } from "../../domain/time.ts";
import type { Services } from "../services.ts";
import { startWorker, type Worker } from "./worker.ts";

/** Callers are promised a day; a provider's or a queue's retries go on for three. */
const keptDays = 3n;

/** Removes idempotency keys that nobody will repeat any more, until it is stopped. */
export function startForgetting(services: Services, options: { readonly everyMilliseconds: number }): Worker {
  return startWorker(async (stopping) => {
    try {
      while (!stopping.aborted && (await forgetOldKeys(services)) > 0);
    } catch (error) {
      services.log.error({ error: String(error) }, "Old idempotency keys could not be removed.");
    }
  }, options);
}

/** Removes some keys that are old enough; gives how many. */
export function forgetOldKeys({ store, clock }: Services): Promise<number> {
  return store.forgetDecisions(clock.now() - keptDays * nanosecondsPerDay);
}
