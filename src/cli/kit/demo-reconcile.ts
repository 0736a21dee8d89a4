import { Readable } from "node:stream";
import type { Level } from "../../domain/reconciling/level.ts";
import { comparableLevels } from "../../services/reconciling/plan-for.ts";
import { reconcileNow } from "../../services/reconciling/reconcile-now.ts";
import { importStatement } from "../../services/reconciling/statements/import-statement.ts";
import { reportFormats } from "../../services/reconciling/statements/report-formats.ts";
import type { Services } from "../../services/services.ts";
import type { BrokenWorld } from "../../simulator/breaks/plant.ts";
import { paddlePayoutReconciliation } from "../../simulator/reports/paddle-payout-reconciliation.ts";
import type { ReportWindow } from "../../simulator/reports/report.ts";
import { wholeTime } from "../../simulator/reports/reports.ts";
import type { World } from "../../simulator/world.ts";
import { describeRuns, type FinishedRun, unexplainedOf } from "./reconcile-report.ts";

/** Wallets are no provider's: they are compared once. */
const compared: readonly (readonly [string, Level])[] = [
  ...comparableLevels("stripe").map((level) => ["stripe", level] as const),
  ...comparableLevels("paddle")
    .filter((level) => level !== "wallets")
    .map((level) => ["paddle", level] as const),
];

/** Holds the books against what the providers state now, with the report that finance would have downloaded. */
export async function reconcileWorld(
  services: Services,
  world: World,
  window: ReportWindow = wholeTime(world),
): Promise<FinishedRun[]> {
  await importPayouts(services, world, window);
  const runs: FinishedRun[] = [];
  for (const [provider, level] of compared) {
    const about = { provider, account: "default", level, ...window, zone: "UTC" };
    const request = { ...about, currency: null, payoutRef: null, statementIds: [] };
    const stopping = new AbortController().signal;
    const run = await reconcileNow(services, request, { by: "demo", stopping });
    runs.push({ run, unexplained: await unexplainedOf(services, run) });
  }
  return runs;
}

async function importPayouts(services: Services, world: World, period: ReportWindow): Promise<void> {
  const format = reportFormats.find(
    ({ provider, name }) => provider === "paddle" && name === "payout_reconciliation",
  );
  if (format === undefined) throw new Error("Paddle's payout reconciliation cannot be read any more.");
  const report = Readable.from([Buffer.from(paddlePayoutReconciliation(world, period))]);
  await importStatement(services, report, { format, account: "default", period });
}

/** Whether the rows that nobody can explain are those that were made wrong on purpose, and no others. */
export function foundAsPlanted(
  runs: readonly FinishedRun[],
  { planted }: Pick<BrokenWorld, "planted">,
): boolean {
  const found = runs.flatMap(({ run, unexplained }) =>
    unexplained.map(({ kind, key }) => `${run.provider} ${run.level} ${kind} ${key.replace(/#\d+$/, "")}`),
  );
  const wanted = planted.map(
    ({ provider, level, discrepancy, key }) => `${provider} ${level} ${discrepancy} ${key}`,
  );
  const isDecided = runs.every(({ run }) => run.status === "matched" || run.status === "discrepancies");
  return isDecided && found.sort().join("\n") === wanted.sort().join("\n");
}

export function describeReconciled(
  runs: readonly FinishedRun[],
  broken: Pick<BrokenWorld, "planted">,
): string {
  return [
    `Then ${broken.planted.length} figures were changed at the providers, and the books held against what they state now.`,
    describeRuns(runs),
    foundAsPlanted(runs, broken)
      ? "Exactly what was changed was found."
      : "WRONG: what was found is not what was changed.",
  ].join("\n");
}
