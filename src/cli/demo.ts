import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readConfig, readEnvironment, settingOf } from "../config.ts";
import type { AuditReport } from "../services/audit/audit.ts";
import { describeAudit } from "./audit.ts";
import { findCases } from "./cases.ts";
import { type Command, exitCode, readArguments, refuseArguments } from "./command.ts";
import { postFixtures } from "./demo-post.ts";
import { type DemoResult, describeDemo } from "./demo-report.ts";
import { demoWorldJson, describeDemoWorld, isAsTrue, openDemoWorld } from "./demo-world.ts";
import { print, printJson } from "./output.ts";
import { openScratch, type Scratch } from "./scratch.ts";
import { stopSignal } from "./signals.ts";

export const demoCommand: Command = {
  usage: "[--world] [--once] [--json]",
  summary:
    "Starts a server on an empty database, posts the recorded fixtures to it, and shows what became of them. --world posts\n" +
    "six months of a simulated company instead, loses some of its webhooks, and asks the simulated providers for them.",
  async run(argv) {
    const { values, positionals } = readArguments(argv, {
      world: { type: "boolean" },
      once: { type: "boolean" },
      json: { type: "boolean" },
    });
    refuseArguments(positionals);
    const folder = await mkdtemp(join(tmpdir(), "tallyhook-demo-"));
    try {
      return values.world ? await showWorld(folder, values) : await showFixtures(folder, values);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

interface Flags {
  readonly once?: boolean | undefined;
  readonly json?: boolean | undefined;
}

async function showFixtures(folder: string, flags: Flags): Promise<number> {
  const scratch = await openScratch({
    databaseUrl: `sqlite:${join(folder, "tallyhook.db")}`,
    port: demoPort(),
    policyFile: null,
  });
  try {
    const stopped = flags.once ? Promise.resolve() : stopSignal();
    const result = await runDemo(scratch);
    if (flags.json) printJson(result);
    else print(`${describeDemo(result)}\n\n${describeAudit(result.audit)}`);
    await stayUp(scratch, flags, stopped);
    return isAsExpected(result) ? exitCode.right : exitCode.wrong;
  } finally {
    await scratch.close();
  }
}

async function showWorld(folder: string, flags: Flags): Promise<number> {
  const stopped = flags.once ? Promise.resolve() : stopSignal();
  const { scratch, result, close } = await openDemoWorld(folder, demoPort());
  try {
    if (flags.json) printJson(demoWorldJson(result));
    else print(describeDemoWorld(result));
    await stayUp(scratch, flags, stopped);
    return isAsTrue(result) ? exitCode.right : exitCode.wrong;
  } finally {
    await close();
  }
}

async function stayUp(scratch: Scratch, flags: Flags, stopped: Promise<unknown>): Promise<void> {
  if (!flags.once) say(`\n${whatNext(scratch)}\n\nlistening on ${scratch.url}`, flags);
  await stopped;
}

/** Standard output has room for one document only. */
function say(text: string, { json }: Flags): void {
  if (json) process.stderr.write(`${text}\n`);
  else print(text);
}

/** Any free port, unless the environment names one. */
function demoPort(): number {
  const port = settingOf(readEnvironment(), "PORT");
  return port === undefined ? 0 : readConfig({ [port.variable]: port.text }).port;
}

const fixtures = fileURLToPath(new URL("../../fixtures", import.meta.url));

async function runDemo({ target }: Scratch): Promise<DemoResult> {
  return {
    posts: await postFixtures(target, findCases([fixtures])),
    charges: await target.list("/v1/charges"),
    wallets: await target.list("/v1/wallets"),
    audit: await target.get<AuditReport>("/v1/audit"),
  };
}

function isAsExpected({ posts, audit }: DemoResult): boolean {
  return audit.ok && posts.length > 0 && posts.every(({ differences }) => differences.length === 0);
}

function whatNext({ url, apiKey }: Scratch): string {
  const curl = (path: string) => `  curl -s -H 'Authorization: Bearer ${apiKey}' '${url}${path}'`;
  return [
    "Try:",
    ...["/v1/charges?limit=1", "/v1/wallets", "/v1/events?outcome=parked", "/v1/audit"].map(curl),
  ].join("\n");
}
