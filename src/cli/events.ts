import { providerNames } from "../domain/ids.ts";
import { eventsToSubscribe } from "../tallyhook.ts";
import { command, exitCode, jsonOption, refuseArguments, UsageError } from "./kit/command.ts";
import { print, printJson } from "./kit/output.ts";

export const eventsCommand = command({
  description:
    "Says which events a destination at a provider is to be subscribed to, one a line: all that move or state money.",
  arguments: [{ takes: "[provider]", says: "paddle or stripe; both without it", choices: providerNames }],
  options: { json: jsonOption },
  async run({ json }, [name, ...rest]) {
    refuseArguments(rest);
    const asked = providerNames.filter((provider) => name === undefined || provider === name);
    if (asked.length === 0) throw new UsageError(`The provider must be one of ${providerNames.join(", ")}.`);
    const lists = asked.map((provider) => [provider, eventsToSubscribe(provider)] as const);
    if (json) printJson(Object.fromEntries(lists));
    else print(lists.map(([provider, types]) => asLines(provider, types, name === undefined)).join("\n\n"));
    return exitCode.right;
  },
});

/** One type a line, to be copied; with a heading where there are several providers. */
function asLines(provider: string, types: readonly string[], isOneOfSeveral: boolean): string {
  return (isOneOfSeveral ? [`${provider}:`, ...types] : types).join("\n");
}
