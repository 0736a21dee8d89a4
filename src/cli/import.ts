import { createReadStream, statSync } from "node:fs";
import type { ProviderReport, StatementPeriod } from "../domain/reconciling/statement.ts";
import { readReport, readStatementLines } from "../services/reconciling/read-runs.ts";
import { importStatement } from "../services/reconciling/statements/import-statement.ts";
import { type ReportFormat, reportFormats } from "../services/reconciling/statements/report-formats.ts";
import type { Services } from "../services/services.ts";
import type { LineReason } from "../store/reconciling/read/statement-rows.ts";
import { byOption, command, exitCode, jsonOption, readConfiguration, UsageError } from "./kit/command.ts";
import { fromOption, readTime, toOption } from "./kit/options.ts";
import { print, printJson } from "./kit/output.ts";
import { type Say, whileWorking } from "./kit/sign-of-life.ts";
import { withServices } from "./kit/with-services.ts";

const names = reportFormats.map(({ provider, name }) => `${provider} ${name}`).join(", ");

export const importCommand = command({
  description:
    "Reads in a report that was downloaded from a provider: it is kept row by row, each included, excluded or in error, with a " +
    "reason, and what of it is news goes into the books. It may be imported again: what is known has no effect. Ends with 1 if " +
    `rows are in error or the report was refused, with 2 if it could be read only so far. Formats: ${names}.`,
  arguments: [{ takes: "<file.csv>", says: "as the provider wrote it" }],
  options: {
    provider: {
      type: "string",
      takes: "P",
      says: "whose it is",
      choices: [...new Set(reportFormats.map(({ provider }) => provider))],
    },
    format: {
      type: "string",
      takes: "F",
      says: "which report it is",
      choices: [...new Set(reportFormats.map(({ name }) => name))],
    },
    account: { type: "string", takes: "A", says: "the account it is of", default: "default" },
    from: { ...fromOption, says: "what it covers, if it does not say so itself: from then on" },
    to: toOption,
    by: byOption,
    json: jsonOption,
  },
  async run(values, [file, ...others]) {
    if (file === undefined || others.length > 0) throw new UsageError("Give one file.");
    const entry = statSync(file, { throwIfNoEntry: false });
    if (entry === undefined) throw new UsageError(`There is no ${file}.`);
    if (entry.isDirectory()) throw new UsageError(`${file} is a folder.`);
    const format = readFormat(values);
    const report = { format, account: values.account, period: readPeriod(format, values) };
    const readIn = async (services: Services) => {
      const statement = await whileWorking(`Reading ${file}`, (say) =>
        importStatement(services, readThrough(file, entry.size, say), report),
      );
      await (values.json ? printDocument : printText)(services, statement);
      return exitCodeOf(statement);
    };
    return withServices(readConfiguration(), readIn, { putsPolicyInForce: true, by: values.by });
  },
});

async function* readThrough(file: string, size: number, say: Say): AsyncGenerator<Uint8Array> {
  let read = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Uint8Array>) {
    yield chunk;
    read += chunk.length;
    say(`${Math.floor((100 * read) / Math.max(size, 1))} %`);
  }
}

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

async function errorsOf(services: Services, { id }: ProviderReport) {
  const page = { limit: mostErrors, after: null };
  const lines = await readStatementLines(services, id, { status: "error" }, page);
  return lines?.rows ?? [];
}

async function printDocument(services: Services, statement: ProviderReport): Promise<void> {
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

async function printText(services: Services, statement: ProviderReport): Promise<void> {
  const { reasons } = await detailOf(services, statement);
  const errors = await errorsOf(services, statement);
  const { id, status, problem, counts, warnings } = statement;
  const more = counts.inError - errors.length;
  const lines = [
    `Report ${id}: ${status}.`,
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

async function detailOf(services: Services, { id }: ProviderReport) {
  const detail = await readReport(services, id);
  if (detail === undefined) throw new Error(`The statement ${id} is gone.`);
  return detail;
}

function exitCodeOf({ status, counts }: ProviderReport): number {
  if (status === "refused" || counts.inError > 0) return exitCode.wrong;
  return status === "incomplete" ? exitCode.incomplete : exitCode.right;
}
