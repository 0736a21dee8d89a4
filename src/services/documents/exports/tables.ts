import { stringify } from "csv-stringify/sync";
import { exponentFor, inMajorUnits } from "../../../domain/money.ts";
import type { Instant } from "../../../domain/time.ts";
import { chargeNoun } from "../../../store/charges/nouns/charge.ts";
import { movementNoun } from "../../../store/charges/nouns/movement.ts";
import { describedBy, inMinorUnits, type Schema, type Tellable } from "../../../store/described/field.ts";
import { entryNoun, postingNoun } from "../../../store/ledger/nouns/entry.ts";
import { discrepancyNoun } from "../../../store/reconciling/nouns/discrepancy.ts";
import { usageNoun } from "../../../store/wallets/nouns/spending.ts";
import { walletNoun } from "../../../store/wallets/nouns/wallet.ts";
import type { Exported, ExportName } from "../../export/export-rows.ts";
import { oneOf } from "../parameters.ts";
import { resolutionAnswer } from "../reconciling.ts";
import { uncoveredAnswer, walletAtJson } from "../wallet.ts";

/** A value of the API's JSON. Null is an empty cell; what is not flat is a cell of JSON. */
type Cell = unknown;

/** With their line ends; the first line of a file has the names of the columns. */
export function csvLines(rows: readonly (readonly Cell[])[]): string {
  if (rows.length === 0) return "";
  return stringify(
    rows.map((cells) => cells.map(textOf)),
    { cast: { string: withoutFormulas } },
  );
}

function textOf(cell: Cell): string {
  if (cell === null || cell === undefined) return "";
  return typeof cell === "object" ? JSON.stringify(cell) : String(cell);
}

const number = /^-?\d+(?:\.\d+)?$/;

/** Also where something stands before it that a spreadsheet passes over, and in the width of Chinese and Japanese letters. */
const formula = /^(?:[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠]|[\t\r])/u;

/**
 * A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return for a formula, and customers
 * choose some of our cells: an apostrophe before it makes it a text. But a number may be negative.
 */
function withoutFormulas(value: string): string {
  return formula.test(value) && !number.test(value) ? `'${value}` : value;
}

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
const units = ["minor", "major"] as const;
export const unitsQuery = { units: oneOf(units) };

/** The lines of a row, as they are described. */
const tableOfLines = <Row>(
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
function columnsOf({ schema }: Pick<Tellable<never>, "schema">): string[] {
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

const { postings: _, ...ofEntry } = entryNoun.schema.properties as Readonly<Record<string, Schema>>;
const entryLine = { properties: { ...ofEntry, ...(postingNoun.schema.properties as object) } };

/** The columns of each file: the names that the API's JSON has, as its description gives them. */
export const tables: { readonly [Name in ExportName]: FileTable<Exported[Name]> } = {
  charges: tableOfTold(chargeNoun, (charge) => charge),
  movements: tableOfTold(movementNoun, (movement) => movement),
  // A line for each posting: a sum over `amount` is zero per currency.
  entries: tableOfLines({ schema: entryLine }, (entry) => {
    const { postings, ...of } = entryNoun.toJson(entry);
    return (postings as object[]).map((posting) => ({ ...of, ...posting }));
  }),
  wallets: tableOf(walletNoun, (wallet) =>
    "pending" in wallet ? walletNoun.toJson(wallet) : walletAtJson(wallet),
  ),
  discrepancies: tableOfTold(discrepancyNoun, (discrepancy, now) => ({ discrepancy, now })),
  resolutions: tableOfTold(resolutionAnswer, (resolution) => resolution),
  usage: tableOfTold(usageNoun, (usage) => usage),
  uncovered: tableOfTold(uncoveredAnswer, (uncovered) => uncovered),
};
