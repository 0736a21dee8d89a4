import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readEnvironment, settingOf } from "../config.ts";
import { type BrokenWorld, plantBreaks } from "../simulator/breaks/plant.ts";
import { type Disagreement, disagreements } from "../simulator/comparison.ts";
import { deliver, type Outcomes } from "../simulator/deliver.ts";
import { type Deliveries, withFaults } from "../simulator/faults.ts";
import { Random } from "../simulator/random.ts";
import { reportsOf, wholeTime } from "../simulator/reports/reports.ts";
import { serveStandIn } from "../simulator/stand-in/server.ts";
import { toJson } from "../simulator/true-books.ts";
import { meterPolicy } from "../simulator/usage/meters.ts";
import { tellUsage } from "../simulator/usage/tell-usage.ts";
import { afterUsage } from "../simulator/usage/truth.ts";
import { usageBody } from "../simulator/usage/usage-call.ts";
import { buildWorld, type World } from "../simulator/world.ts";
import { command, exitCode, UsageError } from "./kit/command.ts";
import { print, printJson } from "./kit/output.ts";
import { remoteTarget, signingSecrets } from "./kit/replay-remote.ts";
import { whileWorking } from "./kit/sign-of-life.ts";
import { stopOf, whileNotStopped } from "./kit/signals.ts";
import { readSimulateOptions, type SimulateOptions, simulateFlags } from "./kit/simulate-options.ts";
import { describeReport, reportOf } from "./kit/simulate-report.ts";
import { readBooks } from "./kit/world-books.ts";

export const simulateCommand = command({
  description:
    "Makes up months of a company's business at its providers, the same for the same seed, with true books of its own to hold a " +
    "server's against.",
  options: simulateFlags,
  async run(values) {
    const options = readSimulateOptions(values);
    const { out, reports, policyOut, url, check, json } = options;
    const { world, planted } = plantBreaks(buildWorld(options), {
      seed: options.seed,
      count: options.breaks,
    });
    const deliveries = withFaults(world.emissions, options.faults, new Random(`${options.seed}/faults`));
    if (out !== null) await write(out, { world, planted }, deliveries);
    if (reports !== null) await writeReports(reports, world);
    if (policyOut !== null) await writeFile(policyOut, toJson(meterPolicy()));
    const outcomes = url === null ? null : await whileWorking("Posting", () => post(url, deliveries));
    const usageOutcomes = await use(world, options);
    const found = check ? await compare(world, options) : null;
    const report = reportOf(world, { deliveries, planted, outcomes, usageOutcomes, disagreements: found });
    if (json) printJson(report);
    else print(describeReport(report));
    if (options.serve !== null) await serve(world, options, options.serve);
    return (found ?? []).length === 0 ? exitCode.right : exitCode.wrong;
  },
});

async function write(
  folder: string,
  { world, planted }: Pick<BrokenWorld, "world" | "planted">,
  { sent }: Deliveries,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "events.jsonl"), sent.map(({ body }) => `${body}\n`).join(""));
  await writeFile(join(folder, "truth.json"), toJson(world.truth));
  await writeFile(
    join(folder, "usage.jsonl"),
    world.usage.map((call) => `${JSON.stringify(usageBody(call))}\n`).join(""),
  );
  const { usage, wallets } = afterUsage(world.truth, world.usage);
  await writeFile(join(folder, "truth-after-usage.json"), toJson({ wallets, usage }));
  if (planted.length > 0) await writeFile(join(folder, "breaks.json"), toJson(planted));
}

async function writeReports(folder: string, world: World): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { provider, format, csv } of reportsOf(world, wholeTime(world))) {
    await writeFile(join(folder, `${provider}-${format}.csv`), csv);
  }
}

function post(url: string, { sent }: Deliveries): Promise<Outcomes> {
  const secrets = signingSecrets(readEnvironment());
  const now = () => Math.floor(Date.now() / 1000);
  return deliver(sent, { url, secrets, inFlight: 8, now });
}

async function use({ usage }: World, { url, apiKey }: SimulateOptions): Promise<Outcomes | null> {
  if (url === null || apiKey === null) return null;
  return tellUsage(usage, { url, apiKey, batch: 500 });
}

async function compare(world: World, { url, apiKey }: SimulateOptions): Promise<Disagreement[]> {
  const target = remoteTarget(url ?? "", apiKey);
  if (!target.canRead)
    throw new UsageError("--check reads with an API key: set API_KEYS as the server has it.");
  const truth = apiKey === null ? world.truth : afterUsage(world.truth, world.usage);
  return disagreements(truth, await readBooks(target, truth));
}

/** Where nobody set a key, the stand-in has one of its own. */
const simulatedKeys = { paddle: "pdl_simulated", stripe: "sk_test_simulated" };

async function serve(
  world: World,
  { misbehaviour, seed, json }: SimulateOptions,
  port: number,
): Promise<void> {
  const environment = readEnvironment();
  const keyOf = (name: keyof typeof simulatedKeys) =>
    settingOf(environment, `${name.toUpperCase()}_API_KEY`)?.text ?? simulatedKeys[name];
  const keys = { paddle: keyOf("paddle"), stripe: keyOf("stripe") };
  await whileNotStopped(async (stopping) => {
    const standIn = await serveStandIn(world, { port, keys, misbehaviour, seed, now: world.endsAt });
    const line = `listening on ${standIn.url}`;
    // Standard output has room for one document only.
    if (json) process.stderr.write(`${line}\n`);
    else print(line);
    await stopOf(stopping);
    await standIn.close();
  });
}
