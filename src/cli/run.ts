import { ConfigurationError } from "../config.ts";
import { version } from "../services/version.ts";
import { auditCommand } from "./audit.ts";
import { backfillCommand } from "./backfill.ts";
import { type Command, exitCode, UsageError } from "./command.ts";
import { demoCommand } from "./demo.ts";
import { doctorCommand } from "./doctor.ts";
import { exportCommand } from "./export.ts";
import { importCommand } from "./import.ts";
import { migrateCommand } from "./migrate.ts";
import { print } from "./output.ts";
import { rebookCommand } from "./rebook.ts";
import { recordCommand } from "./record.ts";
import { replayCommand } from "./replay.ts";
import { serveCommand } from "./serve.ts";
import { signCommand } from "./sign.ts";
import { simulateCommand } from "./simulate.ts";

const commands: ReadonlyMap<string, Command> = new Map([
  ["serve", serveCommand],
  ["migrate", migrateCommand],
  ["replay", replayCommand],
  ["sign", signCommand],
  ["backfill", backfillCommand],
  ["import", importCommand],
  ["audit", auditCommand],
  ["export", exportCommand],
  ["record", recordCommand],
  ["rebook", rebookCommand],
  ["doctor", doctorCommand],
  ["demo", demoCommand],
  ["simulate", simulateCommand],
]);

/** Runs one command and gives the exit code (0 right, 1 wrong, 2 incomplete, 64 usage, 78 configuration). */
export async function run(argv: readonly string[]): Promise<number> {
  const [name = "", ...rest] = argv;
  if (name === "--help" || name === "help") return answer(usage());
  if (name === "--version") return answer(version());
  const command = commands.get(name);
  if (command === undefined) return complain(name === "" ? "" : `Unknown command: ${name}\n\n`, usage());
  if (rest.includes("--help")) return answer(usageOf(name, command));
  try {
    return await command.run(rest);
  } catch (error) {
    if (error instanceof UsageError) return complain(`${error.message}\n\n`, usageOf(name, command));
    if (error instanceof ConfigurationError) return misconfigured(error);
    throw error;
  }
}

function answer(text: string): number {
  print(text);
  return exitCode.right;
}

function complain(problem: string, usage: string): number {
  process.stderr.write(`${problem}${usage}\n`);
  return exitCode.usage;
}

function misconfigured({ message }: ConfigurationError): number {
  process.stderr.write(`${message}\n`);
  return exitCode.configuration;
}

function usage(): string {
  const width = Math.max(...[...commands.keys()].map((name) => name.length));
  const lines = [...commands].map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return ["Usage: tallyhook <command> [options]", "", ...lines, "", "tallyhook <command> --help"].join("\n");
}

function usageOf(name: string, { usage, summary }: Command): string {
  return `Usage: tallyhook ${name} ${usage}\n\n${summary}`;
}
