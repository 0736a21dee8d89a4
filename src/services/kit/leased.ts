import type { Instant } from "../../domain/time.ts";
import type { Lease } from "../../store/engine/leases.ts";
import type { Services } from "../services.ts";

const leaseNanoseconds = 120_000_000_000n;
const keptEveryMilliseconds = 30_000;

/**
 * Does what only one process does at a time. The lease is kept for as long as it takes and given up at the end; whatever is
 * stored under it finds out if it was lost. `null` if another process holds it.
 */
export async function leased<Result>(
  services: Services,
  name: string,
  run: (lease: Lease) => Promise<Result>,
): Promise<Result | null> {
  const { store, clock, log } = services;
  const until = (): Instant => clock.now() + leaseNanoseconds;
  const lease = await store.takeLease(name, until());
  if (lease === null) return null;
  const prolong = (to: Instant) =>
    store.prolongLease(lease, to).catch((error: unknown) => {
      log.warn({ lease: name, error: String(error) }, "A lease could not be prolonged or given up.");
    });
  const keeping = setInterval(() => void prolong(until()), keptEveryMilliseconds).unref();
  try {
    return await run(lease);
  } finally {
    clearInterval(keeping);
    // What was done is done, also if the database is gone now: the lease expires by itself.
    await prolong(0n);
  }
}
