import { setTimeout as sleep } from "node:timers/promises";
import { startWorker, type Worker } from "../kit/worker.ts";
import type { Services } from "../services.ts";

/** On SQLite they are added on the serving thread, in between batches: some milliseconds each time, and others come first. */
const entriesAtOnce = 500;
const pauseMilliseconds = 10;

/**
 * Sums up the journal day by day, some time after it was written, until it is stopped. Nothing depends on its being in time:
 * whoever reads adds what is not summed up yet.
 */
export function startAddingDays(services: Services, options: { readonly everyMilliseconds: number }): Worker {
  return startWorker(async (stopping) => {
    try {
      await addDays(services, stopping);
    } catch (error) {
      services.log.error(
        { error: String(error) },
        "Entries could not be added to the days of their accounts.",
      );
    }
  }, options);
}

/** Sums up all there is by now; gives how many entries that were. */
export async function addDays({ store }: Services, stopping?: AbortSignal): Promise<number> {
  let all = 0;
  while (!stopping?.aborted) {
    const added = await store.addAccountDays(entriesAtOnce);
    all += added;
    if (added < entriesAtOnce) return all;
    await sleep(pauseMilliseconds);
  }
  return all;
}
