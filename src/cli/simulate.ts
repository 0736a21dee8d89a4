import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readEnvironment } from "../config.ts";
import { type ProviderName, providerNames } from "../domain/ids.ts";
import { type ApiBooks, type Disagreement, disagreements } from "../simulator/comparison.ts";
import { deliver, type Outcomes } from "../simulator/deliver.ts";
import {
  type Deliveries,
  type FaultName,
  type Faults,
  faultNames,
  usualFaults,
  withFaults,
} from "../simulator/faults.ts";
import { Random } from "../simulator/random.ts";
import { truthJson } from "../simulator/true-books.ts";
import { buildWorld, type World } from "../simulator/world.ts";
import { type Command, exitCode, readArguments, refuseArguments, UsageError } from "./command.ts";
import { print, printJson } from "./output.ts";
import { remoteTarget, signingSecrets } from "./replay-remote.ts";
import type { Target } from "./target.ts";

export const simulateCommand: Command = {
  usage:
    "[--customers N] [--months M] [--seed S] [--providers paddle,stripe] [--out FOLDER] [--url URL [--check]] [--faults drop,duplicate=0.2,…] [--json]",
  summary:
    "Makes up months of a company's business at its providers, with true books of its own (truth.json); writes the events to\n" +
    "FOLDER/events.jsonl, or posts them to a server as webhooks; --check then compares the server's books with the true ones.",
  async run(argv) {
    const { values, positionals } = readArguments(argv, {
      customers: { type: "string" },
      months: { type: "string" },
      seed: { type: "string" },
      providers: { type: "string" },
      out: { type: "string" },
      url: { type: "string" },
      check: { type: "boolean" },
      faults: { type: "string" },
      json: { type: "boolean" },
    });
    refuseArguments(positionals);
    if (values.check && values.url === undefined) throw new UsageError("--check needs --url.");
    const seed = values.seed ?? "1";
    const world = buildWorld({
      customers: count("customers", values.customers ?? "50"),
      months: count("months", values.months ?? "6"),
      seed,
      providers: readProviders(values.providers),
    });
    const deliveries = withFaults(world.emissions, readFaults(values.faults), new Random(`${seed}/faults`));
    if (values.out !== undefined) await write(values.out, world, deliveries);
    const outcomes = values.url === undefined ? null : await post(values.url, deliveries);
    const found = values.check && values.url !== undefined ? await check(values.url, world) : null;
    const summary = summaryOf(world, deliveries, outcomes, found);
    if (values.json) printJson(summary);
    else print(describe(summary));
    return (found ?? []).length === 0 ? exitCode.right : exitCode.wrong;
  },
};

function count(name: string, text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new UsageError(`--${name} must be a whole number from 1 to 999999.`);
  return Number(text);
}

function readProviders(text = providerNames.join(",")): ProviderName[] {
  return text.split(",").map((name) => {
    const provider = providerNames.find((known) => known === name);
    if (provider === undefined)
      throw new UsageError(`--providers knows ${providerNames.join(", ")}, not ${name}.`);
    return provider;
  });
}

/** `drop,reorder=0.5`: a fault without a probability has its usual one. */
function readFaults(text = ""): Faults {
  const named = text.split(",").filter((item) => item !== "");
  return Object.fromEntries(
    named.map((item) => {
      const [name = "", probability] = item.split("=");
      if (!isFault(name)) throw new UsageError(`--faults knows ${faultNames.join(", ")}, not ${name}.`);
      const value = probability === undefined ? usualFaults[name] : Number(probability);
      if (!(value >= 0 && value <= 1)) throw new UsageError(`--faults ${name} must be between 0 and 1.`);
      return [name, value];
    }),
  );
}

function isFault(text: string): text is FaultName {
  return faultNames.some((name) => name === text);
}

async function write(folder: string, { truth }: World, { sent }: Deliveries): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "events.jsonl"), sent.map(({ body }) => `${body}\n`).join(""));
  await writeFile(join(folder, "truth.json"), truthJson(truth));
}

function post(url: string, { sent }: Deliveries): Promise<Outcomes> {
  const secrets = signingSecrets(readEnvironment());
  const now = () => Math.floor(Date.now() / 1000);
  return deliver(sent, { url: url.replace(/\/$/, ""), secrets, inFlight: 8, now });
}

async function check(url: string, { truth }: World): Promise<Disagreement[]> {
  const target = remoteTarget(url);
  if (!target.canRead)
    throw new UsageError("--check reads with an API key: set API_KEYS as the server has it.");
  return disagreements(truth, await readBooks(target));
}

async function readBooks(target: Target): Promise<ApiBooks> {
  return {
    charges: await target.list("/v1/charges"),
    movements: await target.list("/v1/movements"),
    wallets: await target.list("/v1/wallets"),
    accounts: await target.list("/v1/accounts"),
  };
}

function summaryOf(
  { emissions, truth }: World,
  { sent, dropped }: Deliveries,
  outcomes: Outcomes | null,
  found: readonly Disagreement[] | null,
) {
  return {
    events: emissions.length,
    sent: sent.length,
    dropped: dropped.length,
    charges: truth.charges.length,
    movements: truth.movements.length,
    wallets: truth.wallets.length,
    outcomes: outcomes === null ? null : Object.fromEntries([...outcomes].sort()),
    disagreements: found,
  };
}

function describe(summary: ReturnType<typeof summaryOf>): string {
  const { events, sent, dropped, charges, movements, wallets, outcomes, disagreements: found } = summary;
  const lines = [
    `A world of ${events} events: ${charges} charges, ${movements} movements, ${wallets} wallets.`,
    `Deliveries: ${sent}; events that never arrive: ${dropped}.`,
  ];
  if (outcomes !== null) {
    lines.push(
      `Answered: ${Object.entries(outcomes)
        .map(([outcome, times]) => `${outcome} ${times}`)
        .join(", ")}.`,
    );
  }
  if (found?.length === 0) lines.push("The server's books are the true ones, to the last unit.");
  else if (found !== null) lines.push(`WRONG: ${found.length} disagreements with the true books.`);
  for (const { about, field, is, should } of (found ?? []).slice(0, 50)) {
    lines.push(`  ${about}${field === "" ? "" : `.${field}`}: is ${is}, should be ${should}`);
  }
  return lines.join("\n");
}
