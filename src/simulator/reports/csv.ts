/** By column; what is not there is an empty cell. */
export type Cells<Column extends string> = Readonly<Partial<Record<Column, string | null>>>;

/** A report as a file: its header, then its rows, each line ended. */
export function csv<Column extends string>(
  columns: readonly Column[],
  rows: readonly Cells<Column>[],
): string {
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column] ?? ""))];
  return lines.map((cells) => `${cells.map(quoted).join(",")}\n`).join("");
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
