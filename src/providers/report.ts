import type { OwnProvider } from "../domain/ids.ts";

/** A report that finance downloads from a provider, as far as its header and its rows are known. */
export interface ReportFormat {
  readonly provider: OwnProvider;
  readonly name: string;
  /** Without one of these nothing is imported. */
  readonly required: readonly string[];
  /** Known, and not needed; any other column is a warning. */
  readonly optional: readonly string[];
  readRow(row: ReportRow): RowReading;
}

/** By column, as text; a column that is not there is `undefined`. */
export type ReportRow = Readonly<Record<string, string | undefined>>;

export type RowReading =
  /** It becomes facts, in the body of an event under a key of its own. */
  | { readonly kind: "included"; readonly key: string; readonly currency: string; readonly body: Uint8Array }
  /** Nothing is missing from the books without it. */
  | { readonly kind: "excluded"; readonly reason: string }
  /** `reason` is a stable code, and the column it is about. */
  | { readonly kind: "error"; readonly reason: string };
