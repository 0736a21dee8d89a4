import { setTimeout as sleep } from "node:timers/promises";

/** Long enough on a machine that does much else: only a test that fails waits so long. */
const longest = 600_000;

/** Waits for what happens by itself, looking again and again. */
export async function until(holds: () => boolean | Promise<boolean>, everyMilliseconds = 10): Promise<void> {
  const deadline = performance.now() + longest;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`It did not happen: ${holds}`);
    await sleep(everyMilliseconds);
  }
}
