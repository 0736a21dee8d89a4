import { ConfigurationError, StorageUnavailable } from "../domain/errors.ts";
import { version } from "../services/version.ts";
import { type Command, exitCode, UsageError } from "./command.ts";
import { print } from "./output.ts";

/** Each is loaded when it is asked for: what another one needs would make it start later. */
const commands: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ["serve", async () => (await import("./serve.ts")).serveCommand],
  ["migrate", async () => (await import("./migrate.ts")).migrateCommand],
  ["replay", async () => (await import("./replay.ts")).replayCommand],
  ["sign", async () => (await import("./sign.ts")).signCommand],
  ["events", async () => (await import("./events.ts")).eventsCommand],
  ["backfill", async () => (await import("./backfill.ts")).backfillCommand],
  ["import", async () => (await import("./import.ts")).importCommand],
  ["reconcile", async () => (await import("./reconcile.ts")).reconcileCommand],
  ["hash-password", async () => (await import("./hash-password.ts")).hashPasswordCommand],
  ["resolve", async () => (await import("./resolve.ts")).resolveCommand],
  ["audit", async () => (await import("./audit.ts")).auditCommand],
  ["export", async () => (await import("./export.ts")).exportCommand],
  ["record", async () => (await import("./record.ts")).recordCommand],
  ["rebook", async () => (await import("./rebook.ts")).rebookCommand],
  ["doctor", async () => (await import("./doctor.ts")).doctorCommand],
  ["demo", async () => (await import("./demo.ts")).demoCommand],
  ["simulate", async () => (await import("./simulate.ts")).simulateCommand],
]);

/** Runs one command and gives the exit code (0 right, 1 wrong, 2 incomplete, 64 usage, 78 configuration). */
export async function run(argv: readonly string[]): Promise<number> {
  const [name = "", ...rest] = argv;
  if (name === "--help" || name === "help") return answer(await usage());
  if (name === "--version") return answer(version());
  const load = commands.get(name);
  if (load === undefined) return complain(name === "" ? "" : `Unknown command: ${name}\n\n`, await usage());
  const command = await load();
  if (rest.includes("--help")) return answer(usageOf(name, command));
  try {
    return await command.run(rest);
  } catch (error) {
    if (error instanceof UsageError) return complain(`${error.message}\n\n`, usageOf(name, command));
    if (error instanceof ConfigurationError) return misconfigured(error);
    if (error instanceof StorageUnavailable) return undecided(error);
    return undone(error, usageOf(name, command));
  }
}

/**
 * What kept a command from doing what it was asked, in one line: nobody who named a file that is not there wants to read where
 * in our code it was opened. Only what nobody expected has a trace.
 */
function undone(error: unknown, usage: string): number {
  const { code, path, message, cause } = error as NodeJS.ErrnoException & { cause?: NodeJS.ErrnoException };
  // Whoever read the answer has read enough.
  if (code === "EPIPE") return exitCode.right;
  if (code !== undefined && path !== undefined)
    return complain(`${path} cannot be used (${code}).\n\n`, usage);
  // What `fetch` throws has no code, and the reason within.
  const reason = code === undefined ? cause : { code, message };
  if (reason === undefined) throw error;
  process.stderr.write(`It could not be done: ${reason.message || reason.code}\n`);
  return exitCode.incomplete;
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

function undecided({ message }: StorageUnavailable): number {
  process.stderr.write(`${message}\n`);
  return exitCode.incomplete;
}

async function usage(): Promise<string> {
  const width = Math.max(...[...commands.keys()].map((name) => name.length));
  const lines = await Promise.all(
    [...commands].map(async ([name, load]) => `  ${name.padEnd(width)}  ${(await load()).summary}`),
  );
  return ["Usage: tallyhook <command> [options]", "", ...lines, "", "tallyhook <command> --help"].join("\n");
}

function usageOf(name: string, { usage, summary }: Command): string {
  return `Usage: tallyhook ${name} ${usage}\n\n${summary}`;
}
