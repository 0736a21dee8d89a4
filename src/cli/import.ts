import { createReadStream, statSync } from "node:fs";
import type { Statement, StatementPeriod } from "../domain/statement/statement.ts";
import { type LineReason, readStatement, readStatementLines } from "../services/read/statements.ts";
import type { Services } from "../services/services.ts";
import { importStatement } from "../services/statements/import-statement.ts";
import { type ReportFormat, reportFormats } from "../services/statements/report-formats.ts";
import { type Command, exitCode, readArguments, readConfiguration, UsageError } from "./command.ts";
import { print, printJson } from "./output.ts";
import { readTime } from "./read-time.ts";
import { withServices } from "./with-services.ts";

const flags = {
  provider: { type: "string" },
  format: { type: "string" },
  account: { type: "string", default: "default" },
  from: { type: "string" },
  to: { type: "string" },
  json: { type: "boolean" },
} as const;

const names = reportFormats.map(({ provider, name }) => `${provider} ${name}`).join(", ");

export const importCommand: Command = {
  usage: "<file.csv> --provider P --format F [--account A] [--from TIME --to TIME] [--json]",
  summary:
    "Imports a report that was downloaded from a provider: it is kept row by row, each included, excluded or in error, with\n" +
    "a reason, and what of it is news goes into the books. It may be imported again: what is known has no effect. --from and\n" +
    `--to say what it covers; balance_summary needs them. Formats: ${names}.\n` +
    "Ends with 1 if rows are in error or the report was refused, with 2 if it could be read only so far.",
  async run(argv) {
    const { values, positionals } = readArguments(argv, flags);
    const [file, ...others] = positionals;
    if (file === undefined || others.length > 0) throw new UsageError("Give one file.");
    const entry = statSync(file, { throwIfNoEntry: false });
    if (entry === undefined) throw new UsageError(`There is no ${file}.`);
    if (entry.isDirectory()) throw new UsageError(`${file} is a folder.`);
    const format = readFormat(values);
    const report = { format, account: values.account, period: readPeriod(format, values) };
    const readIn = async (services: Services) => {
      const statement = await importStatement(services, createReadStream(file), report);
      await (values.json ? printDocument : printText)(services, statement);
      return exitCodeOf(statement);
    };
    return withServices(readConfiguration(), readIn, { putsPolicyInForce: true });
  },
};

interface Named {
  readonly provider?: string | undefined;
  readonly format?: string | undefined;
}

function readFormat({ provider, format }: Named): ReportFormat {
  const found = reportFormats.find((known) => known.provider === provider && known.name === format);
  if (found !== undefined) return found;
  throw new UsageError(`--provider and --format must be one of: ${names}.`);
}

function readPeriod(
  { name, needsPeriod }: ReportFormat,
  given: { readonly from?: string | undefined; readonly to?: string | undefined },
): StatementPeriod {
  const [from, to] = [readTime("--from", given.from), readTime("--to", given.to)];
  if (needsPeriod && (from === null || to === null))
    throw new UsageError(`A ${name} does not say which period it is of: give --from and --to.`);
  if (from !== null && to !== null && from >= to) throw new UsageError("--from must be before --to.");
  return { from, to };
}

/** A person mends the first ones, and tries again. */
const mostErrors = 100;

async function errorsOf(services: Services, { id }: Statement) {
  const page = { limit: mostErrors, after: null };
  const lines = await readStatementLines(services, id, { status: "error" }, page);
  return lines?.rows ?? [];
}

async function printDocument(services: Services, statement: Statement): Promise<void> {
  const { reasons } = await detailOf(services, statement);
  const errors = await errorsOf(services, statement);
  const { id, status, problem, warnings, counts } = statement;
  const { included, excluded, inError, news } = counts;
  printJson({
    id,
    status,
    problem,
    warnings,
    rows: { included, excluded, in_error: inError, new: news },
    reasons,
    errors: errors.map(({ line, reason }) => ({ line, reason })),
  });
}

async function printText(services: Services, statement: Statement): Promise<void> {
  const { reasons } = await detailOf(services, statement);
  const errors = await errorsOf(services, statement);
  const { id, status, problem, counts, warnings } = statement;
  const more = counts.inError - errors.length;
  const lines = [
    `Statement ${id}: ${status}.`,
    ...(problem === null ? [] : [`${status.toUpperCase()}: ${problem.code}: ${problem.detail}`]),
    `Included: ${counts.included}, of which new to the books: ${counts.news}.`,
    ...reasons.filter(isExcluded).map(({ reason, count }) => `Excluded: ${count}, ${reason}.`),
    ...warnings.map((warning) => `warning: ${warning}`),
    ...errors.map(({ line, reason }) => `ERROR in line ${line}: ${reason}`),
    ...(more > 0 ? [`… and ${more} more.`] : []),
  ];
  print(lines.join("\n"));
}

const isExcluded = ({ status }: LineReason) => status === "excluded";

async function detailOf(services: Services, { id }: Statement) {
  const detail = await readStatement(services, id);
  if (detail === undefined) throw new Error(`The statement ${id} is gone.`);
  return detail;
}

function exitCodeOf({ status, counts }: Statement): number {
  if (status === "refused" || counts.inError > 0) return exitCode.wrong;
  return status === "incomplete" ? exitCode.incomplete : exitCode.right;
}
