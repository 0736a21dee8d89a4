import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readConfig, readEnvironment } from "../config.ts";
import type { AuditReport } from "../services/audit.ts";
import { describeAudit } from "./audit.ts";
import { findCases } from "./cases.ts";
import { type Command, exitCode, readArguments, refuseArguments } from "./command.ts";
import { postFixtures } from "./demo-post.ts";
import { type DemoResult, describeDemo } from "./demo-report.ts";
import { print, printJson } from "./output.ts";
import { openScratch, type Scratch } from "./scratch.ts";
import { stopSignal } from "./signals.ts";

export const demoCommand: Command = {
  usage: "[--once] [--json]",
  summary:
    "Starts a server on an empty database, posts the recorded fixtures to it, and shows what became of them.",
  async run(argv) {
    const { values, positionals } = readArguments(argv, {
      once: { type: "boolean" },
      json: { type: "boolean" },
    });
    refuseArguments(positionals);
    const folder = await mkdtemp(join(tmpdir(), "tallyhook-demo-"));
    const scratch = await openScratch({
      databaseUrl: `sqlite:${join(folder, "tallyhook.db")}`,
      port: demoPort(),
      policyFile: null,
    });
    try {
      const stopped = values.once ? Promise.resolve() : stopSignal();
      const result = await runDemo(scratch);
      if (values.json) printJson(result);
      else print(`${describeDemo(result)}\n\n${describeAudit(result.audit)}`);
      if (!values.once) say(`\n${whatNext(scratch)}\n\nlistening on ${scratch.url}`, values);
      await stopped;
      return isAsExpected(result) ? exitCode.right : exitCode.wrong;
    } finally {
      await scratch.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** Standard output has room for one document only. */
function say(text: string, { json }: { json?: boolean | undefined }): void {
  if (json) process.stderr.write(`${text}\n`);
  else print(text);
}

/** Any free port, unless the environment names one. */
function demoPort(): number {
  const environment = readEnvironment();
  return (environment.PORT ?? "") === "" ? 0 : readConfig({ PORT: environment.PORT }).port;
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
