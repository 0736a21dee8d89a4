import { isUnexplained, levels } from "../../domain/reconciling/level.ts";
import type { Run } from "../../domain/reconciling/run.ts";
import { type Instant, nanosecondsPerDay } from "../../domain/time.ts";
import { listRuns, unfinishedRuns } from "../../store/reconciling/read/reconciliations.ts";
import { leased, startWorker, type Worker } from "../kit/worker.ts";
import type { Services } from "../services.ts";
import { performRun } from "./perform-run.ts";
import { askableLevels } from "./plan-for.ts";
import { lapseCorrections } from "./resolve-discrepancy.ts";
import { startRun } from "./start-run.ts";

/**
 * Performs the runs that were asked for, also those that a process left behind when it ended. Several servers on one database
 * take turns: a run is one process's at a time.
 */
export function startReconciling(
  services: Services,
  { lookEveryMilliseconds }: { readonly lookEveryMilliseconds: number },
): Worker {
  return startWorker(
    async (stopping) => {
      try {
        await reconcileDue(services, stopping);
      } catch (error) {
        services.log.error({ error: String(error) }, "Reconciling failed; it is tried again.");
      }
    },
    { everyMilliseconds: lookEveryMilliseconds },
  );
}

/** Performs once all that were asked for. */
export async function reconcileDue(services: Services, stopping: AbortSignal): Promise<void> {
  await performAll(services, stopping);
  // Also where a process ended between a run and this.
  await lapseCorrections(services);
}

async function performAll(services: Services, stopping: AbortSignal): Promise<void> {
  for (const { id } of await unfinishedRuns(services.store.read)) {
    if (stopping.aborted) return;
    try {
      const run = await performRun(services, id, stopping);
      if (run !== null) tell(services, run);
    } catch (error) {
      services.log.error(
        { reconciliation: id, error: String(error) },
        "A reconciliation failed; it is tried again.",
      );
    }
  }
}

function tell({ log }: Services, { id, provider, account, level, status, counts, missing }: Run): void {
  const unexplained = Object.entries(counts).reduce(
    (sum, [rowClass, count]) => sum + (isUnexplained(rowClass as never) ? count : 0),
    0,
  );
  const fields = { reconciliation: id, provider, account, level, status, unexplained };
  if (status === "matched") log.info(fields, "The books agree with the provider.");
  else log.warn({ ...fields, missing: missing.map(({ code }) => code) }, "A reconciliation is not matched.");
}

/** How far back a scheduled run looks: what is told late is seen by the runs after it. */
const window = 35n * nanosecondsPerDay;
/**
 * Asks for all levels that need no report, of every provider that can be asked, whenever the last such runs are older than
 * `every`; one server at a time.
 */
export function startScheduling(
  services: Services,
  { every, lookEveryMilliseconds }: { readonly every: bigint; readonly lookEveryMilliseconds: number },
): Worker {
  return startWorker(
    async () => {
      try {
        await scheduleDue(services, every);
      } catch (error) {
        services.log.error({ error: String(error) }, "Reconciliations could not be scheduled.");
      }
    },
    { everyMilliseconds: lookEveryMilliseconds },
  );
}

/** Asks once, if the last such runs are older than `every`. */
export async function scheduleDue(services: Services, every: bigint): Promise<void> {
  if (services.sources.length === 0) return;
  await leased(services, "reconciliation:schedule", () => schedule(services, every));
}

export const scheduler = "schedule";

async function schedule(services: Services, every: bigint): Promise<void> {
  const now = services.clock.now();
  for (const { source, account } of services.sources) {
    const about = { provider: source.provider, account };
    const askable = askableLevels(source.provider);
    // Wallets are no provider's: once is enough.
    const isFirst = source === services.sources[0]?.source;
    for (const level of levels.filter((one) => askable.includes(one) || (one === "wallets" && isFirst))) {
      if (!(await isDue(services, { ...about, level }, now - every))) continue;
      await startRun(
        services,
        {
          ...about,
          level,
          from: now - window,
          to: now,
          zone: "UTC",
          currency: null,
          payoutRef: null,
          statementIds: [],
        },
        scheduler,
      );
    }
  }
}

async function isDue(
  { store }: Services,
  { provider, account, level }: Pick<Run, "provider" | "account" | "level">,
  since: Instant,
): Promise<boolean> {
  const { rows } = await listRuns(store.read, { provider, level }, { limit: 50, after: null });
  const last = rows.find((run) => run.account === account && run.requestedBy === scheduler);
  return last === undefined || last.startedAt <= since;
}
