import { readConfig } from "../../src/config.ts";
import type { RunRequest } from "../../src/domain/reconciling/run.ts";
import { reconcileNow } from "../../src/services/reconciling/start-run.ts";
import { compose } from "../../src/tallyhook.ts";

/** What a process that did one run says of it. */
export interface MeasuredRun {
  readonly seconds: number;
  /** How much more memory the process held than before the run, at most, in bytes. */
  readonly memory: number;
  readonly counts: Readonly<Record<string, number>>;
}

const [databaseUrl = "", statement = "", from = "0", to = "0"] = process.argv.slice(2);
const silent = { info: () => {}, warn: () => {}, error: () => {} };
const request: RunRequest = {
  provider: "stripe",
  account: "default",
  level: "settlement",
  from: BigInt(from),
  to: BigInt(to),
  zone: "UTC",
  currency: null,
  payoutRef: null,
  statementIds: [statement],
};

const tallyhook = await compose(readConfig({ DATABASE_URL: databaseUrl }), { logger: silent });
const before = process.memoryUsage.rss();
const begin = performance.now();
const { counts } = await reconcileNow(tallyhook.services, request, {
  by: "benchmark",
  stopping: new AbortController().signal,
});
const measured: MeasuredRun = {
  seconds: (performance.now() - begin) / 1_000,
  // What the process ever held at most, which it counts in kilobytes.
  memory: process.resourceUsage().maxRSS * 1_024 - before,
  counts,
};
await tallyhook.close();
console.log(JSON.stringify(measured));
