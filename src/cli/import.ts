import { createReadStream, existsSync } from "node:fs";
import { type ImportReport, importStatement, reportFormats } from "../services/backfill/import-statement.ts";
import { type Command, exitCode, readArguments, readConfiguration, UsageError } from "./command.ts";
import { print, printJson } from "./output.ts";
import { withServices } from "./with-services.ts";

const flags = {
  provider: { type: "string" },
  format: { type: "string" },
  account: { type: "string", default: "default" },
  json: { type: "boolean" },
} as const;

const names = reportFormats.map(({ provider, name }) => `${provider} ${name}`).join(", ");

export const importCommand: Command = {
  usage: "<file.csv> --provider P --format F [--account A] [--json]",
  summary:
    "Imports a report that was downloaded from a provider; every row is included, excluded or in error, with a reason. A\n" +
    `report may be imported again: what is known has no effect. Formats: ${names}. Ends with\n` +
    "1 if rows are in error or the report was refused, with 2 if it could be read only so far.",
  async run(argv) {
    const { values, positionals } = readArguments(argv, flags);
    const [file, ...others] = positionals;
    if (file === undefined || others.length > 0) throw new UsageError("Give one file.");
    if (!existsSync(file)) throw new UsageError(`There is no ${file}.`);
    const format = reportFormats.find(
      ({ provider, name }) => provider === values.provider && name === values.format,
    );
    if (format === undefined) throw new UsageError(`--provider and --format must be one of: ${names}.`);
    return withServices(readConfiguration(), async (services) => {
      const { account } = values;
      const report = await importStatement(services, createReadStream(file), { format, account });
      if (values.json) printJson(documentOf(report));
      else print(describeImport(report));
      return exitCodeOf(report);
    });
  },
};

function documentOf({ errorCount, ...report }: ImportReport): object {
  return { ...report, error_count: errorCount };
}

function describeImport(report: ImportReport): string {
  const { status, problem, included, news, excluded, errors, errorCount, warnings } = report;
  return [
    ...(problem === null ? [] : [`${status.toUpperCase()}: ${problem.code}: ${problem.detail}`]),
    `Included: ${included}, of which new: ${news}.`,
    ...Object.entries(excluded).map(([reason, count]) => `Excluded: ${count}, ${reason}.`),
    ...warnings.map((warning) => `warning: ${warning}`),
    ...errors.map(({ line, reason }) => `ERROR in line ${line}: ${reason}`),
    ...(errorCount > errors.length ? [`… and ${errorCount - errors.length} more.`] : []),
  ].join("\n");
}

function exitCodeOf({ status, errorCount }: ImportReport): number {
  if (status === "refused" || errorCount > 0) return exitCode.wrong;
  return status === "incomplete" ? exitCode.incomplete : exitCode.right;
}
