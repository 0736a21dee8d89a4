import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { monthIn } from "../../domain/local-calendar.ts";
import type { Level } from "../../domain/reconciling/level.ts";
import { type AuditReport, audit } from "../../services/audit/audit.ts";
import { backfill, type SourceReport } from "../../services/backfill/backfill.ts";
import { backfillAnswer } from "../../services/documents/backfill.ts";
import { comparableLevels } from "../../services/reconciling/plan-for.ts";
import { reconcileNow } from "../../services/reconciling/start-run.ts";
import { importStatement } from "../../services/reconciling/statements/import-statement.ts";
import { reportFormats } from "../../services/reconciling/statements/report-formats.ts";
import type { Services } from "../../services/services.ts";
import { type BrokenWorld, plantBreaks } from "../../simulator/breaks/plant.ts";
import { days } from "../../simulator/calendar.ts";
import { type Disagreement, disagreements } from "../../simulator/comparison.ts";
import { deliver } from "../../simulator/deliver.ts";
import { usualFaults, withFaults } from "../../simulator/faults.ts";
import { Random } from "../../simulator/random.ts";
import { paddlePayoutReconciliation } from "../../simulator/reports/paddle-payout-reconciliation.ts";
import type { ReportWindow } from "../../simulator/reports/report.ts";
import { wholeTime } from "../../simulator/reports/reports.ts";
import { type StandIn, serveStandIn } from "../../simulator/stand-in/server.ts";
import type { Truth } from "../../simulator/true-books.ts";
import { meterPolicy } from "../../simulator/usage/meters.ts";
import { tellUsage } from "../../simulator/usage/tell-usage.ts";
import { afterRefunds, afterUsage } from "../../simulator/usage/truth.ts";
import { buildWorld, type World } from "../../simulator/world.ts";
import { describeAudit } from "../audit.ts";
import { describeBackfill } from "../backfill.ts";
import { describeRuns, documentOf, type FinishedRun, unexplainedOf } from "./reconcile-report.ts";
import { openScratch, type Scratch } from "./scratch.ts";
import type { Say } from "./sign-of-life.ts";
import { readBooks } from "./world-books.ts";

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
function foundAsPlanted(runs: readonly FinishedRun[], { planted }: Pick<BrokenWorld, "planted">): boolean {
  const found = runs.flatMap(({ run, unexplained }) =>
    unexplained.map(({ kind, key }) => `${run.provider} ${run.level} ${kind} ${key.replace(/#\d+$/, "")}`),
  );
  const wanted = planted.map(
    ({ provider, level, discrepancy, key }) => `${provider} ${level} ${discrepancy} ${key}`,
  );
  const isDecided = runs.every(({ run }) => run.status === "matched" || run.status === "discrepancies");
  return isDecided && found.sort().join("\n") === wanted.sort().join("\n");
}

function describeReconciled(runs: readonly FinishedRun[], broken: Pick<BrokenWorld, "planted">): string {
  return [
    `Then ${broken.planted.length} figures were changed at the providers, and the books held against what they state now.`,
    describeRuns(runs),
    foundAsPlanted(runs, broken)
      ? "Exactly what was changed was found."
      : "WRONG: what was found is not what was changed.",
  ].join("\n");
}

/** The same months of the same company for everybody. */
const company = { customers: 60, months: 6, seed: "demo" } as const;
/** What the providers will state otherwise than it is: for finance to find. */
const changes = {
  seed: "demo 3",
  count: 4,
  kinds: ["changed_fee", "duplicated_row", "altered_amount", "changed_customer_balance"],
} as const;
const keys = { paddle: "pdl_simulated", stripe: "sk_test_simulated" };

interface DemoWorldResult {
  readonly events: number;
  readonly delivered: number;
  readonly dropped: number;
  readonly reports: readonly SourceReport[];
  /** How often customers used something, and how often their wallets did not hold enough for it. */
  readonly used: number;
  readonly uncovered: number;
  /** How often a payment was given back of which nothing was left. */
  readonly refundsOfSpent: number;
  readonly disagreements: readonly Disagreement[];
  readonly audit: AuditReport;
  readonly broken: Pick<BrokenWorld, "world" | "planted">;
  readonly reconciled: readonly FinishedRun[];
}

/** A server with months of a company's business in it, and a stand-in for the providers that it can ask. */
export async function openDemoWorld(
  folder: string,
  port: number,
  say: Say = () => {},
): Promise<{ readonly scratch: Scratch; readonly result: DemoWorldResult; close(): Promise<void> }> {
  const { world, later } = demoWorlds();
  const standIn = await serveStandIn(world, {
    port: 0,
    keys,
    misbehaviour: {},
    seed: company.seed,
    now: world.endsAt,
  });
  const databaseUrl = `sqlite:${join(folder, "tallyhook.db")}`;
  const policyFile = join(folder, "policy.json");
  await writeFile(policyFile, JSON.stringify(meterPolicy()));
  const scratch = await openScratch({
    databaseUrl,
    port,
    policyFile,
    apis: { url: standIn.url, keys },
  });
  const close = async () => {
    await scratch.close();
    await standIn.close();
  };
  return { scratch, result: await live({ world, later }, standIn, scratch, say), close };
}

/** The company's months; and the same with what some get back of it later. */
interface DemoWorlds {
  readonly world: World;
  readonly later: World;
}

export const demoWorlds = (): DemoWorlds => ({
  world: buildWorld(company),
  later: buildWorld({ ...company, refundsOfSpent: true }),
});

export const demoTruth = ({ world, later }: DemoWorlds): Truth =>
  afterRefunds(afterUsage(world.settledTruth, world.usage), {
    before: world.settledTruth,
    later: later.settledTruth,
  });

/** A bad day for webhooks, and what asking makes of it; then some get back what they have used. */
async function live(
  { world, later }: DemoWorlds,
  standIn: StandIn,
  { url, apiKey, secrets, services, target }: Scratch,
  say: Say,
): Promise<DemoWorldResult> {
  const { sent, dropped } = withFaults(world.emissions, usualFaults, new Random(`${company.seed}/faults`));
  const now = () => Math.floor(Date.now() / 1000);
  say(`posting ${sent.length} webhooks`);
  const delivery = { url, secrets, inFlight: 32, now };
  await deliver(sent, delivery);
  say("asking the providers for what was lost");
  const reports = await backfill(services, { providers: null, window: null });
  say(`using what was bought, ${world.usage.length} times`);
  await tellUsage(world.usage, { url, apiKey, batch: 200 });
  const known = new Set(world.emissions.map(({ id }) => id));
  const refunds = later.emissions.filter(({ id }) => !known.has(id));
  say("giving back what was used");
  standIn.state(later);
  await deliver(refunds, delivery);
  // By the server's clock the world ended long ago: what is new there is behind what was read.
  await backfill(services, { providers: null, window: { from: world.endsAt - days(1), to: null } });
  const truth = demoTruth({ world, later });
  say("holding the books against the true ones");
  const found = disagreements(truth, await readBooks(target, truth));
  const { planted, world: misstated } = plantBreaks(world, changes);
  const broken = { planted, world: { ...later, restatements: misstated.restatements } };
  standIn.state(broken.world);
  say("reconciling, and deriving everything anew");
  return {
    events: later.emissions.length,
    delivered: sent.length + refunds.length,
    dropped: dropped.length,
    reports,
    used: world.usage.length,
    uncovered: truth.usage.filter(({ uncovered }) => uncovered > 0n).length,
    refundsOfSpent: truth.charges.filter(({ uncovered }) => uncovered > 0n).length,
    disagreements: found,
    broken,
    reconciled: await reconcileWorld(services, broken.world),
    audit: await audit(services),
  };
}

export function describeDemoWorld({
  events,
  delivered,
  dropped,
  reports,
  used,
  uncovered,
  refundsOfSpent,
  ...found
}: DemoWorldResult): string {
  const agrees = found.disagreements.length === 0;
  return [
    `${company.months} months of a company with ${company.customers} customers at Paddle and Stripe: ${events} events.`,
    `${delivered} deliveries were posted, out of order and some twice; ${dropped} events were never delivered.`,
    "Then the providers were asked:",
    describeBackfill(reports),
    `Then customers used what they had bought, ${used} times; ${uncovered} times it was not enough.`,
    `${refundsOfSpent} of them got a payment back that they had used: nobody covers it, and it is written off.`,
    agrees
      ? "The books are the true ones of that company, to the cent."
      : `WRONG: ${found.disagreements.length} disagreements with the true books.`,
    describeAudit(found.audit),
    describeReconciled(found.reconciled, found.broken),
  ].join("\n");
}

export function isAsTrue({ audit, disagreements, reconciled, broken }: DemoWorldResult): boolean {
  return audit.ok && disagreements.length === 0 && foundAsPlanted(reconciled, broken);
}

/** The report that finance would have downloaded to close that October. */
export function payoutsOfOctober({ broken }: Pick<DemoWorldResult, "broken">): string {
  const october = monthIn("2026-10", "UTC");
  if (october === undefined) throw new Error("2026-10 is no month any more.");
  return paddlePayoutReconciliation(broken.world, october);
}

/** As one document: the world itself is left out. */
export function demoWorldJson({ broken, reconciled, reports, ...result }: DemoWorldResult) {
  const planted = broken.planted.map(({ amount, ...one }) => ({ ...one, amount: amount.toString() }));
  return { ...result, ...backfillAnswer.toJson(reports), planted, ...documentOf(reconciled) };
}
