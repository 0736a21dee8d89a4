import { ConfigurationError, StorageUnavailable } from "../../domain/errors.ts";
import { commands } from "../commands.ts";
import { parse, usageOf } from "../program.ts";
import { exitCode, UsageError } from "./command.ts";

/** Runs one command and gives the exit code (0 right, 1 wrong, 2 incomplete, 64 usage, 78 configuration). */
export async function run(argv: readonly string[]): Promise<number> {
  const [name] = argv;
  if (name === undefined) return complain(listed());
  try {
    const called = await parse(argv);
    return called.kind === "calling"
      ? await called.command.run(called.values, called.words, commands)
      : exitCode.right;
  } catch (error) {
    if (error instanceof UsageError) return complain(error.message, await usageAt(name));
    if (error instanceof ConfigurationError) return misconfigured(error);
    if (error instanceof StorageUnavailable) return undecided(error);
    return undone(error, await usageAt(name));
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
  if (code !== undefined && path !== undefined) return complain(`${path} cannot be used (${code}).`, usage);
  // What `fetch` throws has no code, and the reason within.
  const reason = code === undefined ? cause : { code, message };
  if (reason === undefined) throw error;
  process.stderr.write(`It could not be done: ${reason.message || reason.code || String(reason)}\n`);
  return exitCode.incomplete;
}

function complain(...parts: readonly string[]): number {
  process.stderr.write(`${parts.join("\n\n")}\n`);
  return exitCode.usage;
}

/** What only has to be waited for is no mistake: a supervisor that gives up at 78 is to start it again. */
function misconfigured({ message, mistakes }: ConfigurationError): number {
  process.stderr.write(`${message}\n`);
  const mayPass = mistakes.every(({ code }) => code === "unavailable");
  return mayPass ? exitCode.incomplete : exitCode.configuration;
}

function undecided({ message }: StorageUnavailable): number {
  process.stderr.write(`${message}\n`);
  return exitCode.incomplete;
}

async function usageAt(name: string): Promise<string> {
  const known = commands.get(name);
  if (known === undefined) return "tallyhook --help lists all commands.";
  return `${usageOf(name, await known.load())}\ntallyhook ${name} --help says more.`;
}

function listed(): string {
  const width = Math.max(...[...commands.keys()].map((name) => name.length));
  const summaries = [...commands].map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return ["Usage: tallyhook <command> [options]", "", ...summaries, "", "tallyhook <command> --help"].join(
    "\n",
  );
}
