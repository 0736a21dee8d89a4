import type { Instant } from "../../domain/time.ts";
import { watermarksOf } from "../../store/inbox/watermarks.ts";
import { startWorker, type Worker } from "../kit/worker.ts";
import type { Services } from "../services.ts";
import { backfill, type SourceReport } from "./backfill.ts";

export interface ScheduleOptions {
  /** How old the oldest list may become before all are read again, in nanoseconds. */
  readonly every: bigint;
  readonly lookEveryMilliseconds: number;
}

/**
 * Asks the providers whenever that is due, until it is stopped. Several servers on one database take turns: what one has
 * read is due for none of them.
 */
export function startBackfilling(
  services: Services,
  { every, lookEveryMilliseconds }: ScheduleOptions,
): Worker {
  let triedAt: Instant | null = null;
  return startWorker(
    async (stopping) => {
      const now = services.clock.now();
      // One that failed is not tried again sooner than one that succeeded, unless it was for our own database.
      if (triedAt !== null && now - triedAt < every) return;
      try {
        if (!(await isDue(services, now - every))) return;
        triedAt = now;
        tell(services, await backfill(services, { providers: null, window: null, stopping }));
      } catch (error) {
        if (services.store.isUnavailable(error)) triedAt = null;
        services.log.error({ error: String(error) }, "The providers could not be asked.");
      }
    },
    { everyMilliseconds: lookEveryMilliseconds },
  );
}

/** Asks them once, if some list was not read to its end for so long. */
export async function backfillWhenDue(
  services: Services,
  every: bigint,
  stopping: AbortSignal,
): Promise<void> {
  if (await isDue(services, services.clock.now() - every))
    tell(services, await backfill(services, { providers: null, window: null, stopping }));
}

/** Whether some list was not read to its end since. */
async function isDue({ store, sources }: Services, since: Instant): Promise<boolean> {
  for (const { source, account } of sources) {
    const marks = await watermarksOf(store.read, { provider: source.provider, account });
    const read = new Map(marks.map(({ kind, covered }) => [kind, covered?.to ?? 0n]));
    if (source.kinds.some(({ name }) => (read.get(name) ?? 0n) <= since)) return true;
  }
  return false;
}

function tell({ log }: Services, reports: readonly SourceReport[]): void {
  for (const { provider, account, kinds } of reports) {
    const found = kinds.reduce((sum, { counts }) => sum + counts.new, 0);
    log.info({ provider, account, found }, "A provider was asked for what it never delivered.");
    for (const { kind, problem } of kinds) {
      if (problem !== null) log.warn({ provider, account, kind, ...problem }, "A list could not be read.");
    }
  }
}
