import { constants, setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import type { Policy } from "../../domain/policy/policy.ts";
import { systemClock } from "../../domain/time.ts";
import { ownProviders } from "../../providers/kit/own-providers.ts";
import { openStore, type StoreOptions } from "../../store/store.ts";
import { type AuditReport, audit } from "./audit.ts";

/** What the thread is given: where the books are, and the policy in force. */
export interface AuditTask extends Pick<StoreOptions, "databaseUrl" | "schema"> {
  readonly policy: Policy;
}

// Where cores are scarce the serving thread goes first. Linux means this thread by it, others would mean the whole process.
if (process.platform === "linux") setPriority(constants.priority.PRIORITY_LOW);

const { policy, ...where } = workerData as AuditTask;
const providers = new Map(Object.entries(ownProviders).map(([name, provider]) => [name, { provider }]));
const store = await openStore({ ...where, mustExist: true, migrate: false, clock: systemClock });
try {
  const report: AuditReport = await audit({ store, providers, policies: { current: policy } });
  parentPort?.postMessage(report);
} finally {
  await store.close();
}
