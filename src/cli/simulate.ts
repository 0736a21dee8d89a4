import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readEnvironment, settingOf } from "../config.ts";
import { type OwnProvider, providerNames } from "../domain/ids.ts";
import { type BrokenWorld, plantBreaks } from "../simulator/breaks/plant.ts";
import type { PlantedBreak } from "../simulator/breaks/planted-break.ts";
import { type Disagreement, disagreements } from "../simulator/comparison.ts";
import { deliver, type Outcomes } from "../simulator/deliver.ts";
import { type Deliveries, type Faults, faultNames, usualFaults, withFaults } from "../simulator/faults.ts";
import { Random } from "../simulator/random.ts";
import { reportsOf, wholeTime } from "../simulator/reports/reports.ts";
import { type Misbehaviour, misbehaviours, usualMisbehaviour } from "../simulator/stand-in/misbehaviour.ts";
import { serveStandIn } from "../simulator/stand-in/server.ts";
import { toJson } from "../simulator/true-books.ts";
import { meterPolicy } from "../simulator/usage/meters.ts";
import { tellUsage } from "../simulator/usage/tell-usage.ts";
import { afterUsage } from "../simulator/usage/truth.ts";
import { usageBody } from "../simulator/usage/usage-call.ts";
import { buildWorld, type World } from "../simulator/world.ts";
import { command, exitCode, jsonOption, type Options, UsageError, type Values } from "./kit/command.ts";
import { readUrl } from "./kit/options.ts";
import { print, printJson } from "./kit/output.ts";
import { remoteTarget, signingSecrets } from "./kit/replaying.ts";
import { whileWorking } from "./kit/sign-of-life.ts";
import { stopOf, whileNotStopped } from "./kit/signals.ts";
import { readBooks } from "./kit/world-books.ts";

/** What `simulate` is asked for, checked. */
export interface SimulateOptions {
  readonly customers: number;
  readonly months: number;
  readonly seed: string;
  readonly providers: readonly OwnProvider[];
  /** Whether some buy from Stripe itself. */
  readonly stripeSells: boolean;
  readonly faults: Faults;
  /** A folder to write the world into. */
  readonly out: string | null;
  /** A folder to write the reports into that finance could download. */
  readonly reports: string | null;
  /** A file to write the policy into that says what the company's meters cost. */
  readonly policyOut: string | null;
  /** A server to post the events to; `check` compares its books afterwards. */
  readonly url: string | null;
  /** With it, what customers used is told too, once every event was posted. */
  readonly apiKey: string | null;
  readonly check: boolean;
  /** How many things are made wrong on purpose, for reconciling to find. */
  readonly breaks: number;
  /** The port of a stand-in for the providers' APIs. */
  readonly serve: number | null;
  readonly misbehaviour: Misbehaviour;
  readonly json: boolean;
}

export const simulateFlags = {
  customers: { type: "string", takes: "N", says: "how many there are", default: "50" },
  months: { type: "string", takes: "M", says: "for how long", default: "6" },
  seed: { type: "string", takes: "S", says: "the same seed makes the same world", default: "1" },
  providers: { type: "string", takes: "LIST", says: "paddle, stripe or both", default: "paddle,stripe" },
  "managed-payments": {
    type: "boolean",
    says: "some buy from Stripe itself, as the merchant of record of those sales",
  },
  out: { type: "string", takes: "FOLDER", says: "write events, usage and the true books into it" },
  reports: { type: "string", takes: "FOLDER", says: "write the reports into it that finance would download" },
  "policy-out": {
    type: "string",
    takes: "FILE",
    says: "write the policy file that a server needs: what meters cost",
  },
  url: { type: "string", takes: "URL", says: "post the events to this server" },
  "api-key": { type: "string", takes: "KEY", says: "with --url: tell it the usage too, by this key" },
  check: { type: "boolean", says: "with --url: compare the server's books with the true ones" },
  faults: {
    type: "string",
    takes: "LIST",
    says: `what goes wrong on the way, each with =probability or its usual one: ${faultNames.join(", ")}`,
  },
  breaks: {
    type: "string",
    takes: "N",
    says: "make so many things wrong on purpose, for reconciling to find",
  },
  serve: { type: "string", takes: "PORT", says: "stand in for the providers' APIs until told to stop" },
  misbehave: {
    type: "string",
    takes: "LIST",
    says: `what goes wrong when they are asked, likewise: ${misbehaviours.join(", ")}`,
  },
  json: jsonOption,
} as const satisfies Options;

/** @throws UsageError */
export function readSimulateOptions(values: Values<typeof simulateFlags>): SimulateOptions {
  const { seed, out = null, reports = null, check, serve, json } = values;
  const url = readUrl("--url", values.url);
  const apiKey = values["api-key"] ?? null;
  if (check && url === null) throw new UsageError("--check needs --url.");
  if (apiKey !== null && url === null) throw new UsageError("--api-key needs --url.");
  return {
    customers: count("customers", values.customers),
    months: count("months", values.months),
    seed,
    providers: readProviders(values.providers),
    stripeSells: values["managed-payments"] ?? false,
    faults: readProbabilities("faults", values.faults, faultNames, usualFaults),
    out,
    reports,
    policyOut: values["policy-out"] ?? null,
    url,
    apiKey,
    check,
    breaks: values.breaks === undefined ? 0 : count("breaks", values.breaks),
    serve: serve === undefined ? null : readPort(serve),
    misbehaviour: readProbabilities("misbehave", values.misbehave, misbehaviours, usualMisbehaviour),
    json,
  };
}

function count(name: string, text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new UsageError(`--${name} must be a whole number from 1 to 999999.`);
  return Number(text);
}

function readPort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new UsageError("--serve must be a port; 0 picks one.");
  return Number(text);
}

function readProviders(text: string): OwnProvider[] {
  return text.split(",").map((name) => {
    const provider = providerNames.find((known) => known === name);
    if (provider === undefined)
      throw new UsageError(`--providers knows ${providerNames.join(", ")}, not ${name}.`);
    return provider;
  });
}

/** `drop,reorder=0.5`: what is named without a probability has its usual one. */
function readProbabilities<Name extends string>(
  flag: string,
  text: string | undefined,
  names: readonly Name[],
  usual: Readonly<Record<Name, number>>,
): Partial<Record<Name, number>> {
  const probabilities: Partial<Record<Name, number>> = {};
  for (const item of (text ?? "").split(",").filter((part) => part !== "")) {
    const [written, probability] = item.split("=");
    const name = names.find((known) => known === written);
    if (name === undefined) throw new UsageError(`--${flag} knows ${names.join(", ")}, not ${written}.`);
    const value = probability === undefined ? usual[name] : Number(probability);
    if (!(value >= 0 && value <= 1)) throw new UsageError(`--${flag} ${name} must be between 0 and 1.`);
    probabilities[name] = value;
  }
  return probabilities;
}

/** What became of a simulated world; `null` where nothing was posted, or compared. */
export interface SimulateReport {
  readonly events: number;
  readonly sent: number;
  readonly dropped: number;
  readonly charges: number;
  readonly movements: number;
  readonly wallets: number;
  readonly usage: number;
  readonly breaks: number;
  readonly outcomes: Readonly<Record<string, number>> | null;
  readonly usage_outcomes: Readonly<Record<string, number>> | null;
  readonly disagreements: readonly Disagreement[] | null;
}

export interface Simulated {
  readonly deliveries: Deliveries;
  readonly planted: readonly PlantedBreak[];
  readonly outcomes: Outcomes | null;
  readonly usageOutcomes: Outcomes | null;
  readonly disagreements: readonly Disagreement[] | null;
}

export function reportOf(
  { emissions, truth, usage }: World,
  { deliveries, planted, outcomes, usageOutcomes, disagreements }: Simulated,
): SimulateReport {
  const { sent, dropped } = deliveries;
  return {
    events: emissions.length,
    sent: sent.length,
    dropped: dropped.length,
    charges: truth.charges.length,
    movements: truth.movements.length,
    wallets: truth.wallets.length,
    usage: usage.length,
    breaks: planted.length,
    outcomes: counted(outcomes),
    usage_outcomes: counted(usageOutcomes),
    disagreements,
  };
}

function counted(outcomes: Outcomes | null): Readonly<Record<string, number>> | null {
  return outcomes === null ? null : Object.fromEntries([...outcomes].sort());
}

/** A terminal holds no more; `--json` has them all. */
const mostLines = 50;

export function describeReport(report: SimulateReport): string {
  const { events, sent, dropped, charges, movements, wallets, usage, breaks, disagreements } = report;
  const lines = [
    `A world of ${events} events: ${charges} charges, ${movements} movements, ${wallets} wallets; used ${usage} times.`,
    `Deliveries: ${sent}; events that never arrive: ${dropped}.`,
  ];
  if (breaks > 0) lines.push(`Made wrong on purpose: ${breaks}.`);
  if (report.outcomes !== null) lines.push(`Answered: ${describeCounts(report.outcomes)}.`);
  if (report.usage_outcomes !== null) lines.push(`Usage: ${describeCounts(report.usage_outcomes)}.`);
  if (disagreements?.length === 0) lines.push("The server's books are the true ones, to the last unit.");
  else if (disagreements !== null)
    lines.push(`WRONG: ${disagreements.length} disagreements with the true books.`);
  return [...lines, ...(disagreements ?? []).slice(0, mostLines).map(describeDisagreement)].join("\n");
}

function describeCounts(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([outcome, times]) => `${outcome} ${times}`)
    .join(", ");
}

function describeDisagreement({ about, field, is, should }: Disagreement): string {
  return `  ${about}${field === "" ? "" : `.${field}`}: is ${is}, should be ${should}`;
}

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
