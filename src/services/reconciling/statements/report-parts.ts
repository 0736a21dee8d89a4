import { type CsvError, type Info, type Parser, parse } from "csv-parse";
import type { ReportFormat, SentRow } from "../../../providers/report.ts";

export type ReportProblem =
  /** Not CSV, or a quote that never ends. */
  | "csv_invalid"
  /** Its first line is no list of columns with commas between. */
  | "delimiter_wrong"
  | "column_missing"
  | "column_repeated"
  | "empty"
  /** Its last line is half-written. */
  | "line_unfinished"
  /** It came in only so far. */
  | "cut_off";

/** Why a report cannot be read at all, or no further. */
export class ReportError extends Error {
  readonly code: ReportProblem;
  constructor(code: ReportProblem, message: string) {
    super(message);
    this.code = code;
  }
}

/** The header of a report, then each of its rows. */
export type ReportPart =
  | { readonly kind: "header"; readonly unknownColumns: readonly string[] }
  | { readonly kind: "row"; readonly line: number; readonly row: SentRow }
  /** It has more fields than the header, or fewer: half-written, or shifted. */
  | { readonly kind: "broken"; readonly line: number }
  /** Its last line does not end: it may have been cut off within a field. */
  | { readonly kind: "unfinished" };

/**
 * Reads a report as it comes in, whatever its size: no more of it is held than one chunk and one row. A byte-order mark is
 * passed over. What was read before something is wrong is given first.
 * @throws ReportError
 */
export async function* reportParts(
  chunks: AsyncIterable<Uint8Array>,
  format: ReportFormat,
): AsyncGenerator<ReportPart> {
  let header: readonly string[] | null = null;
  let last: ReportPart | null = null;
  const end = { byte: newline };
  for await (const { record, line } of recordsOf(chunks, end)) {
    if (header === null) {
      header = headerOf(record, format);
      last = { kind: "header", unknownColumns: unknownColumns(header, format) };
    } else if (record.length !== header.length) last = { kind: "broken", line };
    else last = { kind: "row", line, row: rowOf(header, record) };
    yield last;
  }
  if (last === null) throw new ReportError("empty", "The report has not even a header.");
  if (end.byte === newline) return;
  if (last.kind === "broken")
    throw new ReportError("line_unfinished", `The report breaks off in line ${last.line}.`);
  yield { kind: "unfinished" };
}

interface CsvRecord {
  readonly record: readonly string[];
  /** Of the file, in which it ends. */
  readonly line: number;
}

const newline = 10;
/** As a spreadsheet would never write it, and a guard against a quote that never ends. */
const longestRow = 1_000_000;

/** Records are taken as they are parsed: an error that follows would drop those that a stream still holds. */
async function* recordsOf(
  chunks: AsyncIterable<Uint8Array>,
  end: { byte: number },
): AsyncGenerator<CsvRecord> {
  const parsed: CsvRecord[] = [];
  const parser = parse({
    bom: true,
    relax_column_count: true,
    max_record_size: longestRow,
    on_record: (record: string[], { lines }: Info) => {
      parsed.push({ record, line: lines });
      return null;
    },
  });
  for await (const chunk of chunks) {
    end.byte = chunk.at(-1) ?? end.byte;
    const error = await written(parser, chunk);
    yield* parsed.splice(0);
    if (error !== null) throw notCsv(error);
  }
  const error = await written(parser, null);
  yield* parsed.splice(0);
  if (error !== null) throw notCsv(error);
}

/** Resolves when the parser has read the chunk, or to its end; with what is wrong. */
function written(parser: Parser, chunk: Uint8Array | null): Promise<CsvError | null> {
  return new Promise((resolve) => {
    const fail = (error: CsvError) => resolve(error);
    parser.once("error", fail);
    const done = (error?: Error | null) => {
      // An error is told twice: here, and a moment later to whoever listens.
      if (error == null) parser.off("error", fail);
      if (error == null) resolve(null);
    };
    if (chunk === null) parser.end(done);
    else parser.write(chunk, done);
  });
}

const notCsv = ({ code }: CsvError) => new ReportError("csv_invalid", `The report is no CSV: ${code}.`);

function headerOf(record: readonly string[], format: ReportFormat): string[] {
  const { required, otherNames, name } = format;
  const given = record.map((column) => column.trim());
  if (given.length === 1 && /[;\t|]/.test(given[0] ?? ""))
    throw new ReportError("delimiter_wrong", "The columns must have commas between them.");
  // A column that is there under both names is two columns.
  const columns = given.map((column) => {
    const usual = Object.hasOwn(otherNames, column) ? otherNames[column] : undefined;
    return usual === undefined || given.includes(usual) ? column : usual;
  });
  const missing = required.filter((column) => !columns.includes(column));
  if (missing.length > 0)
    throw new ReportError(
      "column_missing",
      `A report of format ${name} has the columns ${missing.join(", ")}.`,
    );
  const repeated = columns.find((column, index) => columns.indexOf(column) !== index);
  if (repeated !== undefined)
    throw new ReportError("column_repeated", `The column ${repeated} is there twice.`);
  return columns;
}

function unknownColumns(columns: readonly string[], { required, optional }: ReportFormat): string[] {
  return columns.filter((column) => !required.includes(column) && !optional.includes(column));
}

function rowOf(header: readonly string[], record: readonly string[]): SentRow {
  return Object.fromEntries(header.map((column, index) => [column, record[index]]));
}
