import Table from "cli-table3";
import { pino } from "pino";
import { exponentOf, formatMoney } from "../../domain/money.ts";

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** The one document that `--json` promises. */
export function printJson(document: unknown): void {
  print(JSON.stringify(document, null, 2));
}

/** Lines of a table, with the columns named in `right` set flush right. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly string[] = [],
) {
  const lines = new Table({
    head: [...head],
    colAligns: head.map((name) => (right.includes(name) ? "right" : "left")),
    style: { head: [], border: [] },
    chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
  });
  lines.push(...rows.map((row) => [...row]));
  return lines.toString();
}

/** The same without lines, where there is little room. */
export function columns(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly string[] = [],
): string {
  const all = [head, ...rows];
  const widths = head.map((_, at) => Math.max(...all.map((row) => (row[at] ?? "").length)));
  const lines = all.map((row) =>
    row.map((cell, at) => {
      const width = widths[at] ?? 0;
      return right.includes(head[at] ?? "") ? cell.padStart(width) : cell.padEnd(width);
    }),
  );
  return lines.map((cells) => cells.join("  ").trimEnd()).join("\n");
}

/** Sentences in lines of so many columns; tables stay as they are. */
export function folded(text: string, width: number): string {
  const line = new RegExp(`(.{1,${width}})(?: +|$)`, "g");
  return text
    .split("\n")
    .map((sentence) => (/^[┌│└]/.test(sentence) ? sentence : sentence.replace(line, "$1\n").trimEnd()))
    .join("\n");
}

/** An amount of the API as a person reads it; a dash where it is unknown. */
export function money(amount: string | null, currency: string): string {
  if (amount === null) return "–";
  const exponent = exponentOf("paddle", currency) ?? exponentOf("stripe", currency) ?? 2;
  return formatMoney(BigInt(amount), currency, exponent);
}

/** Standard output belongs to the answer, so a command that is not a server logs to standard error. */
export const quietLog = () => pino({ level: "warn" }, pino.destination({ dest: 2, sync: true }));
