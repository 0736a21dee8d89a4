import { pipeline, Readable } from "node:stream";
import { CsvError, type Info, parse } from "csv-parse";
import type { ReportFormat, ReportRow } from "../../providers/report.ts";

export type ReportProblem =
  /** Not CSV, or a quote that never ends. */
  "csv_invalid" | "column_missing" | "column_repeated" | "empty";

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
  | { readonly kind: "row"; readonly line: number; readonly row: ReportRow }
  /** It has more fields than the header, or fewer: half-written, or shifted. */
  | { readonly kind: "broken"; readonly line: number }
  /** Its last line does not end: it may have been cut off within a field. */
  | { readonly kind: "unfinished" };

/** As a spreadsheet would never write it, and a guard against a quote that never ends. */
const longestRow = 1_000_000;

/**
 * Reads a report as it comes in, whatever its size. A byte-order mark is passed over.
 * @throws ReportError
 */
export async function* reportParts(
  chunks: AsyncIterable<Uint8Array>,
  format: ReportFormat,
): AsyncGenerator<ReportPart> {
  const options = { bom: true, info: true, relax_column_count: true, max_record_size: longestRow } as const;
  const end = { byte: newline };
  const records = parse(options);
  // An error of either end is thrown by reading.
  pipeline(Readable.from(watched(chunks, end), { objectMode: false }), records, () => {});
  let header: readonly string[] | null = null;
  try {
    for await (const { record, info } of records as AsyncIterable<{ record: string[]; info: Info }>) {
      if (header === null) {
        header = headerOf(record, format);
        yield { kind: "header", unknownColumns: unknownColumns(header, format) };
      } else if (record.length !== header.length) yield { kind: "broken", line: info.lines };
      else yield { kind: "row", line: info.lines, row: rowOf(header, record) };
    }
  } catch (error) {
    if (error instanceof CsvError)
      throw new ReportError("csv_invalid", `The report is no CSV: ${error.code}.`);
    throw error;
  }
  if (header === null) throw new ReportError("empty", "The report has not even a header.");
  if (end.byte !== newline) yield { kind: "unfinished" };
}

const newline = 10;

async function* watched(
  chunks: AsyncIterable<Uint8Array>,
  end: { byte: number },
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    end.byte = chunk.at(-1) ?? end.byte;
    yield chunk;
  }
}

function headerOf(record: readonly string[], { required, name }: ReportFormat): string[] {
  const columns = record.map((column) => column.trim());
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

function rowOf(header: readonly string[], record: readonly string[]): ReportRow {
  return Object.fromEntries(header.map((column, index) => [column, record[index]]));
}
