import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { type Config, readConfig, readEnvironment } from "../config.ts";

export const exitCode = {
  right: 0,
  /** Something is wrong with the books or the input. */
  wrong: 1,
  /** It could not be decided. */
  incomplete: 2,
  usage: 64,
  configuration: 78,
} as const;

export interface Command {
  /** What follows the command's name. */
  readonly usage: string;
  readonly summary: string;
  /** Gives the exit code. */
  run(argv: readonly string[]): Promise<number>;
}

/** The command was called in a way it cannot be. */
export class UsageError extends Error {
  readonly code = "usage";
}

/**
 * The flags and arguments of a command.
 * @throws UsageError on a flag it does not know, or one without its value
 */
export function readArguments<const Flags extends ParseArgsOptionsConfig>(
  argv: readonly string[],
  options: Flags,
) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** @throws UsageError if there is an argument */
export function refuseArguments(positionals: readonly string[]): void {
  const [first] = positionals;
  if (first !== undefined) throw new UsageError(`Unexpected argument: ${first}`);
}

/** @throws ConfigurationError */
export function readConfiguration(): Config {
  return readConfig(readEnvironment());
}
