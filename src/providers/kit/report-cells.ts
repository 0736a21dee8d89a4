import type { OwnProvider } from "../../domain/ids.ts";
import { type Amount, exponentOf, readDecimalAmount } from "../../domain/money.ts";
import type { StatementRow } from "../../domain/reconciling/statement.ts";
import { type Instant, isZeroTime, parseInstant } from "../../domain/time.ts";
import type { RowReading, SentRow } from "../report.ts";
import { isName } from "./fields.ts";

/**
 * The cells of one row, read one by one. What cannot be read is `null`, and the first of them is the row's problem: so a row
 * in error still shows what could be read.
 */
export class ReportCells {
  readonly #provider: OwnProvider;
  readonly #row: SentRow;
  #problem: string | null = null;

  constructor(provider: OwnProvider, row: SentRow) {
    this.#provider = provider;
    this.#row = row;
  }

  /** A stable code and the column it is about; `null` while everything could be read. */
  get problem(): string | null {
    return this.#problem;
  }

  refuse(code: string, column: string): null {
    this.#problem ??= `${code}: ${column}`;
    return null;
  }

  isEmpty(column: string): boolean {
    return this.#text(column) === "";
  }

  /** A provider's id. */
  reference(column: string): string | null {
    const text = this.#text(column);
    if (text.startsWith("=")) return this.refuse("cell_formula", column);
    return isName(text) ? text : this.refuse("reference_invalid", column);
  }

  /** The same, where there may be none. */
  optionalReference(column: string): string | null {
    return this.isEmpty(column) ? null : this.reference(column);
  }

  /** One of the words that a column can have, as what it means here. */
  word<Meaning>(column: string, words: ReadonlyMap<string, Meaning>, unknown: string): Meaning | null {
    return words.get(this.#text(column)) ?? this.refuse(unknown, column);
  }

  currency(column: string): string | null {
    const code = this.#text(column).toUpperCase();
    return exponentOf(this.#provider, code) === undefined ? this.refuse("currency_unknown", column) : code;
  }

  /** Major units, in minor units of the currency; `null` too where that could not be read. */
  amount(column: string, currency: string | null): Amount | null {
    const exponent = currency === null ? undefined : exponentOf(this.#provider, currency);
    if (exponent === undefined) return null;
    const text = this.#text(column);
    if (text.startsWith("=")) return this.refuse("cell_formula", column);
    const amount = readDecimalAmount(text, exponent);
    return typeof amount === "string" ? this.refuse(amount, column) : amount;
  }

  hasDecimals(column: string): boolean {
    return this.#text(column).includes(".");
  }

  /** RFC 3339, or as spreadsheets are given it: `2026-01-31 09:30:00` and `2026-01-31`, in UTC. */
  time(column: string): Instant | null {
    const text = this.#text(column);
    const instant = parseInstant(completed(text));
    return instant === undefined || isZeroTime(text) ? this.refuse("time_invalid", column) : instant;
  }

  #text(column: string): string {
    return (this.#row[column] ?? "").trim();
  }
}

/** What was read of a row: whole where all of it could be. */
export function readingOf(
  { problem }: ReportCells,
  row: { readonly [Field in keyof StatementRow]: StatementRow[Field] | null },
  bodyOf: (row: StatementRow) => Uint8Array | null = () => null,
): RowReading {
  const { key, kind, category, currency } = row;
  if (problem === null && key !== null && kind !== null && category !== null && currency !== null) {
    const whole = { ...row, key, kind, category, currency };
    return { kind: "included", row: whole, body: bodyOf(whole) };
  }
  const read = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
  return { kind: "error", reason: problem ?? "row_invalid: key", row: read };
}

function completed(text: string): string {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return `${text}T00:00:00Z`;
  const [, day, clock] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)$/.exec(text) ?? [];
  return day === undefined ? text : `${day}T${clock}Z`;
}
