import { setTimeout as sleep } from "node:timers/promises";
import { reconciliationId } from "../../domain/ids.ts";
import type { Run, RunRequest } from "../../domain/reconciling/run.ts";
import type { Work } from "../../store/batch/unit-of-work.ts";
import { findRun } from "../../store/reconciling/read/reconciliations.ts";
import { noSides, recorded } from "../people/acting.ts";
import type { Services } from "../services.ts";
import { performRun } from "./perform-run.ts";
import { lapseCorrections } from "./resolve-discrepancy.ts";

/** Asks for a comparison; whoever looks for runs to do performs it. */
export function startRun(services: Services, request: RunRequest, requestedBy: string): Promise<Run> {
  const work = startingRun(request, requestedBy);
  return services.store.write(
    recorded(services, work, ({ id, level, provider, account }) => {
      const after = { level, provider, account };
      return { ...noSides, action: "reconciliation.start", subject: id, after };
    }),
  );
}

function startingRun(request: RunRequest, requestedBy: string): Work<Run> {
  return {
    needs: {},
    decide(books, now) {
      const { level, from, to } = request;
      // Two that are asked for in one instant are counted.
      const which = [level, from, to, now, books.newRuns.length].map(String);
      const run: Run = {
        ...request,
        id: reconciliationId(request, ...which),
        status: "running",
        missing: [],
        counts: {},
        totals: [],
        requestedBy,
        startedAt: now,
        finishedAt: null,
      };
      books.newRuns.push(run);
      return run;
    },
  };
}

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
