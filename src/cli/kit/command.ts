import { userInfo } from "node:os";
import { type Config, readConfig, readEnvironment } from "../../config.ts";

export const exitCode = {
  right: 0,
  /** Something is wrong with the books or the input. */
  wrong: 1,
  /** It could not be decided. */
  incomplete: 2,
  usage: 64,
  configuration: 78,
} as const;

/** What can be said with `--name`. */
export interface Option {
  readonly type: "boolean" | "string";
  /** What stands behind a name that takes a text: `TIME`. */
  readonly takes?: string;
  readonly says: string;
  /** All that it takes, where those are few: for completion, and its help. */
  readonly choices?: readonly string[];
  /** Whether it may be said several times. */
  readonly multiple?: boolean;
  readonly default?: string;
}

export type Options = Readonly<Record<string, Option>>;

/** What was said, by the options' names. */
export type Values<Known extends Options> = {
  readonly [Name in keyof Known]: Known[Name] extends { readonly type: "boolean" }
    ? boolean
    : Known[Name] extends { readonly multiple: true }
      ? readonly string[] | undefined
      : Known[Name] extends { readonly default: string }
        ? string
        : string | undefined;
};

/** What is said without a name: `<file>`, `[provider]`, `<file|folder>…`. */
export interface Argument {
  readonly takes: string;
  readonly says: string;
  readonly choices?: readonly string[];
}

export interface Command {
  /** Whole sentences; its help breaks the lines. */
  readonly description: string;
  readonly arguments: readonly Argument[];
  readonly options: Options;
  /** Gives the exit code. `words` are what was said without a name, `all` are the commands there are. */
  run(
    values: Readonly<Record<string, unknown>>,
    words: readonly string[],
    all: KnownCommands,
  ): Promise<number>;
}

/** A command as the list of all of them has it. */
export interface KnownCommand {
  readonly group: string;
  readonly summary: string;
  /** Loaded when it is asked for: what another one needs would make it start later. */
  load(): Promise<Command>;
}

export type KnownCommands = ReadonlyMap<string, KnownCommand>;

interface Described<Known extends Options> extends Pick<Command, "description"> {
  readonly arguments?: readonly Argument[];
  readonly options?: Known;
  run(values: Values<Known>, words: readonly string[], all: KnownCommands): Promise<number>;
}

/** A command whose values have the types that its options say. Without `arguments` it takes none. */
export function command<const Known extends Options>({
  description,
  arguments: taken = [],
  options,
  run,
}: Described<Known>): Command {
  return {
    description,
    arguments: taken,
    options: options ?? {},
    run: (values, words, all) => {
      if (taken.length === 0) refuseArguments(words);
      return run(values as Values<Known>, words, all);
    },
  };
}

export const byOption = {
  type: "string",
  takes: "NAME",
  says: "who decides it, as the trail has it; the user of this machine unless it is said",
} as const;

/** Who decides: as `byOption` says. */
export const personOf = (by = ""): string => by.trim() || userInfo().username;

export const jsonOption = { type: "boolean", says: "print one JSON document instead of tables" } as const;

/** The command was called in a way it cannot be. */
export class UsageError extends Error {
  readonly code = "usage";
}

/** Of what a person decides. @throws UsageError if it is not given */
export function readText(flag: string, text = ""): string {
  if (text.trim() !== "") return text.trim();
  throw new UsageError(`Give ${flag}: why something was decided is asked years later.`);
}

/** @throws UsageError if there is an argument */
export function refuseArguments(words: readonly string[]): void {
  const [first] = words;
  if (first !== undefined) throw new UsageError(`Unexpected argument: ${first}`);
}

/** @throws ConfigurationError */
export function readConfiguration(): Config {
  return readConfig(readEnvironment());
}
