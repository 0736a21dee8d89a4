import { providerNames } from "../domain/ids.ts";
import { eventsToSubscribe } from "../tallyhook.ts";
import { type Command, exitCode, readArguments, refuseArguments, UsageError } from "./command.ts";
import { print, printJson } from "./output.ts";

export const eventsCommand: Command = {
  usage: "[paddle|stripe] [--json]",
  summary:
    "Says which events a destination at a provider is to be subscribed to: all that move or state money.",
  async run(argv) {
    const { values, positionals } = readArguments(argv, { json: { type: "boolean" } });
    const [name, ...rest] = positionals;
    refuseArguments(rest);
    const asked = providerNames.filter((provider) => name === undefined || provider === name);
    if (asked.length === 0) throw new UsageError(`The provider must be one of ${providerNames.join(", ")}.`);
    const lists = asked.map((provider) => [provider, eventsToSubscribe(provider)] as const);
    if (values.json) printJson(Object.fromEntries(lists));
    else print(lists.map(([provider, types]) => asLines(provider, types, name === undefined)).join("\n\n"));
    return exitCode.right;
  },
};

/** One type a line, to be copied; with a heading where there are several providers. */
function asLines(provider: string, types: readonly string[], isOneOfSeveral: boolean): string {
  return (isOneOfSeveral ? [`${provider}:`, ...types] : types).join("\n");
}
