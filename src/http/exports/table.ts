import type { Instant } from "../../domain/time.ts";
import { type Cell, csvLines } from "./csv.ts";

/** How rows become lines of a file. */
export interface Table<Row> {
  readonly columns: readonly string[];
  /** `now`: of what grows older. */
  cellsOf(row: Row, now: Instant): readonly (readonly Cell[])[];
}

/** A field of a JSON object, or of an object in it: `settlement.currency`. */
export type Path<Json> = {
  [Key in keyof Json & string]: NonNullable<Json[Key]> extends readonly unknown[]
    ? Key
    : NonNullable<Json[Key]> extends object
      ? Key | `${Key}.${keyof NonNullable<Json[Key]> & string}`
      : Key;
}[keyof Json & string];

/** The API's JSON of a row, one column a field. */
export function tableOf<Row, Json extends object>(
  toJson: (row: Row, now: Instant) => Json,
  columns: readonly Path<Json>[],
): Table<Row> {
  return { columns, cellsOf: (row, now) => [cellsIn(toJson(row, now), columns)] };
}

/** Several lines for a row. */
export function tableOfParts<Row, Json extends object>(
  toJson: (row: Row) => readonly Json[],
  columns: readonly Path<Json>[],
): Table<Row> {
  return { columns, cellsOf: (row) => toJson(row).map((json) => cellsIn(json, columns)) };
}

/** A file's text, page by page. */
export async function* csvOf<Row>(
  table: Table<Row>,
  pages: AsyncGenerator<readonly Row[]>,
  now: Instant,
): AsyncGenerator<string> {
  let head = csvLines([table.columns]);
  for await (const rows of pages) {
    const text = head + csvLines(rows.flatMap((row) => table.cellsOf(row, now)));
    head = "";
    if (text !== "") yield text;
  }
}

function cellsIn(json: object, columns: readonly string[]): Cell[] {
  return columns.map((column) => column.split(".").reduce(fieldOf, json));
}

function fieldOf(value: Cell, name: string): Cell {
  return value === null || value === undefined ? null : (value as Record<string, Cell>)[name];
}
