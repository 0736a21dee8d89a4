import { migrateDatabase } from "../tallyhook.ts";
import { type Command, exitCode, readArguments, readConfiguration, refuseArguments } from "./command.ts";
import { print, printJson } from "./output.ts";

export const migrateCommand: Command = {
  usage: "[--json]",
  summary: "Brings the database's schema up to date.",
  async run(argv) {
    const { values, positionals } = readArguments(argv, { json: { type: "boolean" } });
    refuseArguments(positionals);
    const applied = await migrateDatabase(readConfiguration());
    if (values.json) printJson({ applied });
    else print(applied.length === 0 ? "The schema is up to date." : `Applied ${applied.join(", ")}.`);
    return exitCode.right;
  },
};
