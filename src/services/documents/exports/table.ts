import type { Instant } from "../../../domain/time.ts";
import { describedBy, type Schema, type Told } from "../../../store/described/field.ts";
import { type Cell, csvLines } from "./csv.ts";

/** How rows become lines of a file. */
export interface Table<Row> {
  /** A field of a line's JSON, or of an object in it: `settlement.currency`. */
  readonly columns: readonly string[];
  /** `now`: of what grows older. */
  linesOf(row: Row, now: Instant): readonly object[];
}

/** One line for a row. */
export const tableOf = <Row>(
  columns: readonly string[],
  lineOf: (row: Row, now: Instant) => object,
): Table<Row> => ({ columns, linesOf: (row, now) => [lineOf(row, now)] });

/** The API's JSON of a row, one column a field. */
export const tableOfTold = <Row, Value>(
  told: Told<Value>,
  toldOf: (row: Row, now: Instant) => Value,
): Table<Row> => tableOf(columnsOf(told), (row, now) => told.toJson(toldOf(row, now)));

/** The fields of what is told; of an object in it, that object's. */
export function columnsOf({ schema }: Pick<Told<never>, "schema">): string[] {
  return Object.entries(schema.properties as Record<string, Schema>).flatMap(([name, field]) => {
    const within = objectIn(field);
    return within === undefined ? [name] : columnsOf(within).map((column) => `${name}.${column}`);
  });
}

function objectIn(field: Schema): Told<never> | undefined {
  const [first] = (field.anyOf ?? [field]) as [Schema];
  return first[describedBy] as Told<never> | undefined;
}

/** A file's text, page by page. */
export async function* csvOf<Row>(
  table: Table<Row>,
  pages: AsyncGenerator<readonly Row[]>,
  now: Instant,
): AsyncGenerator<string> {
  let head = csvLines([table.columns]);
  for await (const rows of pages) {
    const text =
      head +
      csvLines(rows.flatMap((row) => table.linesOf(row, now).map((line) => cellsIn(line, table.columns))));
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
