import { setTimeout as sleep } from "node:timers/promises";
import type { Engine } from "./engine.ts";

const usualRetries = 5;
/** So long, at least, the database is tried again for a fault of its own that may pass. */
const usualPatienceMilliseconds = 2_000;
const firstPauseMilliseconds = 10;
const longestPauseMilliseconds = 160;

export interface RetryOptions {
  readonly retries?: number;
  readonly patienceMilliseconds?: number;
}

/**
 * Runs a transaction again while its failure is one that may not come again: a lost race, a deadlock, a connection that
 * broke. Pauses double and are cut by chance, so that two processes that met do not meet again.
 */
export async function retrying<Result>(
  { faultOf }: Pick<Engine, "faultOf">,
  run: () => Promise<Result>,
  { retries = usualRetries, patienceMilliseconds = usualPatienceMilliseconds }: RetryOptions = {},
): Promise<Result> {
  const begun = performance.now();
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      const { of, again, refusesWrites = false } = faultOf(error);
      const isSoon = of === "database" && !refusesWrites && performance.now() - begun < patienceMilliseconds;
      if (again !== true || (attempt >= retries && !isSoon)) throw error;
      const pause = Math.min(firstPauseMilliseconds * 2 ** attempt, longestPauseMilliseconds);
      await sleep(pause * (0.5 + Math.random() / 2));
    }
  }
}
