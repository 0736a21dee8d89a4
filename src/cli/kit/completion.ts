import { type Command, command, exitCode, type Option, refuseArguments, UsageError } from "./command.ts";
import { print } from "./output.ts";

interface Completed extends Command {
  readonly name: string;
  readonly summary: string;
}

const shells = { bash: forBash, zsh: forZsh } as const;
const names = Object.keys(shells);

export const completionCommand = command({
  description:
    "Prints what makes a shell complete these words. For bash: tallyhook completion bash >> ~/.bashrc. For zsh: tallyhook " +
    "completion zsh, into a file _tallyhook in a folder of $fpath.",
  arguments: [{ takes: "<shell>", says: "bash or zsh", choices: names }],
  async run(_values, [shell, ...others], commands) {
    refuseArguments(others);
    if (shell !== "bash" && shell !== "zsh")
      throw new UsageError(`The shell must be one of ${names.join(", ")}.`);
    const all = [...commands].map(async ([name, { summary, load }]) => ({
      ...(await load()),
      name,
      summary,
    }));
    print(shells[shell](await Promise.all(all)));
    return exitCode.right;
  },
});

const flagsOf = ({ options }: Command): [flag: string, option: Option][] =>
  Object.entries(options).map(([name, option]) => [`--${name}`, option]);

function forBash(all: readonly Completed[]): string {
  const words = all.flatMap((one) => {
    const choices = one.arguments.flatMap((argument) => argument.choices ?? []);
    const known = [...choices, ...flagsOf(one).map(([flag]) => flag), "--help"];
    return [`      ${one.name}) words="${known.join(" ")}" ;;`];
  });
  const values = all.flatMap((one) =>
    flagsOf(one).flatMap(([flag, { choices }]) =>
      choices === undefined ? [] : [`      "${one.name} ${flag}") words="${choices.join(" ")}" ;;`],
    ),
  );
  return `_tallyhook() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]} words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="${all.map(({ name }) => name).join(" ")} help --help --version"
  else
    case "$command" in
${words.join("\n")}
    esac
    case "$command $before" in
${values.join("\n")}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _tallyhook tallyhook`;
}

function forZsh(all: readonly Completed[]): string {
  const summaries = all.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`);
  const cases = all.map((one) => {
    const flags = flagsOf(one).map(([flag, { type, says, takes = "TEXT", choices, multiple }]) => {
      const value = type === "boolean" ? "" : `:${takes}:${among(choices)}`;
      return `${multiple ? "*" : ""}${flag}[${says.replaceAll(/[[\]\\:]/g, "\\$&")}]${value}`;
    });
    const places = one.arguments.map(({ takes, choices }) =>
      takes.endsWith("…") ? `*:${plain(takes)}:_files` : `:${plain(takes)}:${among(choices)}`,
    );
    const specs = [...flags, "--help[say this]", ...places].map((spec) => ` \\\n        ${quoted(spec)}`);
    return `    ${one.name}) _arguments${specs.join("")} ;;`;
  });
  return `#compdef tallyhook
local -a commands
if (( CURRENT == 2 )); then
  commands=(
${summaries.join("\n")}
  )
  _describe command commands
else
  shift words
  (( CURRENT-- ))
  case "$words[1]" in
${cases.join("\n")}
  esac
fi`;
}

const plain = (takes: string): string => takes.replaceAll(/[<>[\]…]/g, "");
const among = (choices: readonly string[] | undefined): string =>
  choices === undefined ? "_files" : `(${choices.join(" ")})`;

/** A word of a shell. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
