import { type DueEvent, dueEvents } from "../../store/inbox/read/due-events.ts";
import { startWorker, type Worker } from "../kit/worker.ts";
import type { Services } from "../services.ts";
import { retryEvent } from "./receive.ts";

const pageSize = 50;

/**
 * Tries failed events again whenever they are due, until it is stopped. Several processes may do this at once: applying is
 * idempotent, whoever comes second finds a duplicate. Nothing is thrown: what goes wrong is logged, and the next round
 * tries again.
 */
export function startRetrying(services: Services, options: { readonly everyMilliseconds: number }): Worker {
  return startWorker((stopping) => runRound(services, stopping), options);
}

async function runRound(services: Services, stopping: AbortSignal): Promise<void> {
  try {
    // Another process may have rebooked to a version that is newer than this one's start.
    await services.policies.refresh();
    await retryFailed(services, stopping);
  } catch (error) {
    services.log.error({ error: String(error) }, "Failed events could not be read.");
  }
}

/** Tries every event once that has failed and is due, the oldest first; gives how many there were. */
export async function retryFailed(services: Services, stopping?: AbortSignal): Promise<number> {
  const now = services.clock.now();
  let count = 0;
  for (let after = -1n; ; ) {
    const page = await dueEvents(services.store.read, { now, after, limit: pageSize });
    for (const due of page) {
      if (stopping?.aborted) return count;
      await tryAgain(services, due);
      count += 1;
      after = due.no;
    }
    if (page.length < pageSize) return count;
  }
}

/** One that cannot even be tried must not keep the others from it. */
async function tryAgain(services: Services, { id }: DueEvent): Promise<void> {
  try {
    const accepted = await retryEvent(services, id);
    services.log.info({ event: id, outcome: accepted?.outcome }, "A failed event was tried again.");
  } catch (error) {
    services.log.error({ event: id, error: String(error) }, "A failed event could not be tried again.");
  }
}
