import { exponentFor, inMajorUnits } from "../../../domain/money.ts";
import type { Instant } from "../../../domain/time.ts";
import { describedBy, inMinorUnits, type Schema, type Tellable } from "../../../store/described/field.ts";
import { oneOf } from "../parameters.ts";
import { type Cell, csvLines } from "./csv.ts";

/** How rows become lines of a file. */
export interface FileTable<Row> {
  /** What a line's JSON is, an object in it included. */
  readonly schema: Schema;
  /** A field of a line's JSON, or of an object in it: `settlement.currency`. */
  readonly columns: readonly string[];
  /** `now`: of what grows older. */
  linesOf(row: Row, now: Instant): readonly object[];
}

/** In which amounts are: those of the API, or as people write them. */
export const units = ["minor", "major"] as const;
export const unitsQuery = { units: oneOf(units) };

/** The lines of a row, as they are described. */
export const tableOfLines = <Row>(
  described: Pick<Tellable<never>, "schema">,
  linesOf: FileTable<Row>["linesOf"],
): FileTable<Row> => ({ schema: described.schema, columns: columnsOf(described), linesOf });

/** One line for a row. */
export const tableOf = <Row>(
  described: Pick<Tellable<never>, "schema">,
  lineOf: (row: Row, now: Instant) => object,
): FileTable<Row> => tableOfLines(described, (row, now) => [lineOf(row, now)]);

/** The API's JSON of a row, one column a field. */
export const tableOfTold = <Row, Value>(
  told: Tellable<Value>,
  toldOf: (row: Row, now: Instant) => Value,
): FileTable<Row> => tableOf(told, (row, now) => told.toJson(toldOf(row, now)));

/** The fields of what is told; of an object in it, that object's. */
export function columnsOf({ schema }: Pick<Tellable<never>, "schema">): string[] {
  return Object.entries(propertiesOf(schema)).flatMap(([name, field]) => {
    const within = objectIn(field);
    return within === undefined ? [name] : columnsOf(within).map((column) => `${name}.${column}`);
  });
}

const propertiesOf = (schema: Schema) => schema.properties as Readonly<Record<string, Schema>>;

function objectIn(field: Schema): Tellable<never> | undefined {
  const [first] = (field.anyOf ?? [field]) as [Schema];
  return first[describedBy] as Tellable<never> | undefined;
}

export interface FileOptions {
  readonly now: Instant;
  readonly units?: (typeof units)[number] | undefined;
}

/** A file's text, page by page. */
export async function* csvOf<Row>(
  table: FileTable<Row>,
  pages: AsyncGenerator<readonly Row[]>,
  { now, units = "minor" }: FileOptions,
): AsyncGenerator<string> {
  const lineOf = (line: object) => (units === "minor" ? line : inMajor(line, table.schema, {}));
  let head = csvLines([table.columns]);
  for await (const rows of pages) {
    const lines = rows.flatMap((row) => table.linesOf(row, now).map(lineOf));
    const text = head + csvLines(lines.map((line) => cellsIn(line, table.columns)));
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

/** Whose units amounts are: what stands nearest to them says it. */
interface Counted {
  readonly provider?: string;
  readonly currency?: string;
}

/** The same line with its amounts in whole currency, also those in cells of JSON. */
function inMajor(json: object, schema: Schema, around: Counted): object {
  const properties = propertiesOf(schema);
  const own = json as { readonly [Name in keyof Counted]: string | null | undefined };
  const counted = {
    ...around,
    ...(own.provider && { provider: own.provider }),
    ...(own.currency && { currency: own.currency }),
  };
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => [
      name,
      value === null ? null : valueInMajor(value, properties[name] ?? {}, counted),
    ]),
  );
}

function valueInMajor(value: Cell, schema: Schema, counted: Counted): Cell {
  if (schema[inMinorUnits] === true)
    return inMajorUnits(String(value), exponentFor({ currency: "", ...counted }));
  if (Array.isArray(value) && schema.items !== undefined)
    return value.map((item) => valueInMajor(item, schema.items as Schema, counted));
  const within = objectIn(schema);
  return within === undefined ? value : inMajor(value as object, within.schema, counted);
}
