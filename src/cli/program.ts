import { CommanderError, Command as CommandLine, Option as Flag, type Help } from "commander";
import { version } from "../services/kit/version.ts";
import { commands } from "./commands.ts";
import { type Command, type Option, UsageError } from "./kit/command.ts";

const widest = 100;

/** What somebody asked to read instead of having something done. */
export interface Asked {
  readonly kind: "help" | "version";
}

export interface Calling {
  readonly kind: "calling";
  readonly command: Command;
  readonly values: Readonly<Record<string, unknown>>;
  readonly words: readonly string[];
}

/**
 * What the words call for. Help and version are printed by the way.
 * @throws UsageError on a command or an option that is not known, with the nearest one that is
 */
export async function parse(argv: readonly string[]): Promise<Calling | Asked> {
  // "help audit" is "audit --help".
  const words = argv[0] === "help" ? [...argv.slice(1), "--help"] : [...argv];
  const [name = ""] = words;
  const known = commands.get(name);
  const program = allCommands();
  if (known === undefined) {
    const asked = await understood(program, name.startsWith("-") ? words : [name]);
    return asked ?? { kind: "help" };
  }
  const command = await known.load();
  refuseLostValues(command, words.slice(1));
  let calling: Calling | undefined;
  const line = described(program.commands.find((other) => other.name() === name) ?? program, command);
  line.action(() => {
    const values = Object.fromEntries(
      Object.entries(command.options).map(([option, { type }]) => {
        const value: unknown = line.opts()[new Flag(`--${option}`).attributeName()];
        return [option, type === "boolean" ? value === true : value];
      }),
    );
    calling = { kind: "calling", command, values, words: line.args };
  });
  const asked = await understood(program, words);
  return asked ?? calling ?? { kind: "help" };
}

/** How a command is called, in one line. */
export function usageOf(name: string, { arguments: taken }: Command): string {
  const words = ["tallyhook", name, "[options]", ...taken.map(({ takes }) => takes)];
  return `Usage: ${words.join(" ")}`;
}

async function understood(program: CommandLine, words: readonly string[]): Promise<Asked | undefined> {
  try {
    await program.parseAsync(words, { from: "user" });
    return undefined;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === "commander.version") return { kind: "version" };
    if (error.exitCode === 0) return { kind: "help" };
    throw new UsageError(inOurWords(error.message));
  }
}

function allCommands(): CommandLine {
  const program = withHelp(inOurManner(new CommandLine("tallyhook")))
    .usage("<command> [options]")
    .description("Keeps a ledger of prepaid wallets that agrees with Paddle and Stripe to the cent.")
    .helpCommand(false)
    .addHelpText(
      "after",
      "\nIt reads the environment, and .env in this folder. Ends with 0: right, 1: something is wrong with\n" +
        "the books or the input, 2: it could not be decided, 64: called in a wrong way, 78: configured in\n" +
        "a wrong way.\n\n" +
        "tallyhook <command> --help says more of a command.",
    );
  for (const [name, { group, summary }] of commands)
    inOurManner(program.command(name)).summary(summary).helpGroup(group);
  return program;
}

function withHelp(line: CommandLine): CommandLine {
  return line
    .helpOption("-h, --help", "say this")
    .version(version(), "-v, --version", "say which version this is");
}

function inOurManner(line: CommandLine): CommandLine {
  return line
    .exitOverride()
    .showSuggestionAfterError()
    .allowExcessArguments()
    .configureOutput({
      writeErr: () => {},
      getOutHelpWidth: () => Math.min(process.stdout.columns ?? widest, widest),
    })
    .configureHelp({
      subcommandTerm: (command) => command.name(),
      commandUsage: (command) =>
        `${command.parent === null ? "" : "tallyhook "}${command.name()} ${command.usage()}`,
      styleTitle: bold,
      styleCommandText: bold,
      styleSubcommandText: bold,
      styleOptionTerm: bold,
      styleArgumentTerm: bold,
    } satisfies Partial<Help>);
}

/** Where nobody looks at a terminal, or `NO_COLOR` is set, it is taken away again. */
const bold = (text: string): string => `\u001b[1m${text}\u001b[22m`;

function described(line: CommandLine, { description, arguments: taken, options }: Command): CommandLine {
  line.description(description).usage(["[options]", ...taken.map(({ takes }) => takes)].join(" "));
  // Which and how many there may be is the command's to say, in its own words.
  for (const { takes, says } of taken) line.argument(`[${takes.replaceAll(/[<>[\]…]/g, "")}]`, says);
  for (const [name, option] of Object.entries(options)) line.addOption(flagOf(name, option));
  return withHelp(line);
}

function flagOf(
  name: string,
  { type, takes = "TEXT", says, choices, multiple = false, ...option }: Option,
): Flag {
  const among = choices === undefined ? "" : `: ${choices.join(", ")}`;
  const times = multiple ? " (may be repeated)" : "";
  const flag = new Flag(type === "boolean" ? `--${name}` : `--${name} <${takes}>`, `${says}${among}${times}`);
  if (option.default !== undefined) flag.default(option.default, option.default);
  if (multiple) flag.argParser((text: string, before: string[] = []) => [...before, text]);
  return flag;
}

/**
 * `--from --to 2026-01-01` has lost a value, and does not mean the time "--to".
 * @throws UsageError
 */
function refuseLostValues({ options }: Command, words: readonly string[]): void {
  for (const [index, word] of words.entries()) {
    if (word === "--") return;
    const next = words[index + 1];
    if (options[word.replace(/^--/, "")]?.type !== "string" || !word.startsWith("--")) continue;
    if (next !== undefined && /^-./.test(next))
      throw new UsageError(`${word} needs a value. One that begins with a dash is given as ${word}=${next}`);
  }
}

/** "error: unknown option '--jso'\n(Did you mean --json?)" */
function inOurWords(message: string): string {
  const [said = "", suggestion] = message.split("\n");
  const text = said
    .replace(/^error: /, "")
    .replace(/^unknown (option|command) '(.*)'$/, "unknown $1: $2")
    .replace(/^option '(\S+) <.*>' argument missing$/, "$1 needs a value.");
  const sentence = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return suggestion === undefined ? sentence : `${sentence}\n${suggestion.replace(/^\(|\)$/g, "")}`;
}
