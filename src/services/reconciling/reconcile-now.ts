import { setTimeout as sleep } from "node:timers/promises";
import type { Run, RunRequest } from "../../domain/reconciling/run.ts";
import { findRun } from "../../store/reconciling/read/reconciliations.ts";
import type { Services } from "../services.ts";
import { performRun } from "./perform-run.ts";
import { lapseCorrections } from "./resolve-discrepancy.ts";
import { startRun } from "./start-run.ts";

const lookEveryMilliseconds = 200;

/** Compares, and gives the run as it ended. A server on the same database may be the one that performs it. */
export async function reconcileNow(
  services: Services,
  request: RunRequest,
  { by, stopping }: { readonly by: string; readonly stopping: AbortSignal },
): Promise<Run> {
  const started = await startRun(services, request, by);
  for (;;) {
    const performed = await performRun(services, started.id, stopping);
    const run = performed ?? (await findRun(services.store.read, started.id))?.run ?? started;
    if (run.status !== "running") {
      await lapseCorrections(services);
      return run;
    }
    if (stopping.aborted) return run;
    await sleep(lookEveryMilliseconds);
  }
}
