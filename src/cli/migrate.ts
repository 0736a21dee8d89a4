import { migrateDatabase } from "../tallyhook.ts";
import { command, exitCode, jsonOption, readConfiguration } from "./kit/command.ts";
import { print, printJson } from "./kit/output.ts";

export const migrateCommand = command({
  description:
    "Brings the database's schema up to date, in one transaction; several that do so at once wait for each other. A server does " +
    "it at start, unless MIGRATE=off.",
  options: { json: jsonOption },
  async run({ json }) {
    const applied = await migrateDatabase(readConfiguration());
    if (json) printJson({ applied });
    else print(applied.length === 0 ? "The schema is up to date." : `Applied ${applied.join(", ")}.`);
    return exitCode.right;
  },
});
