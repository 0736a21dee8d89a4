import { setTimeout as sleep } from "node:timers/promises";
import type { Engine } from "./engine.ts";

const retriesOfOne = 5;
const firstPauseMilliseconds = 10;

/**
 * Runs a transaction again while its failure is one that may not come again: a lost race, a deadlock, a connection that
 * broke. Pauses double and are cut by chance, so that two processes that met do not meet again.
 */
export async function retrying<Result>(
  engine: Engine,
  run: () => Promise<Result>,
  retries = retriesOfOne,
): Promise<Result> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (attempt >= retries || !engine.isRetryable(error)) throw error;
      await sleep(firstPauseMilliseconds * 2 ** attempt * (0.5 + Math.random() / 2));
    }
  }
}
