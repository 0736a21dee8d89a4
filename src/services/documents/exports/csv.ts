import { stringify } from "csv-stringify/sync";

/** A value of the API's JSON. Null is an empty cell; what is not flat is a cell of JSON. */
export type Cell = unknown;

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
