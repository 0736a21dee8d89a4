import type { OwnProvider } from "../domain/ids.ts";
import type { StatementPeriod, StatementRow } from "../domain/reconciling/statement.ts";

/** A report that finance downloads from a provider, as far as its header and its rows are known. */
export interface ReportFormat {
  readonly provider: OwnProvider;
  readonly name: string;
  /** Without one of these nothing is imported. */
  readonly required: readonly string[];
  /** Known, and not needed; any other column is a warning. */
  readonly optional: readonly string[];
  /** Other names that a column has been given, each with the one it has here. */
  readonly otherNames: Readonly<Record<string, string>>;
  /** Whether its rows mean nothing without the time that they cover, which no column tells. */
  readonly needsPeriod: boolean;
  /** Whether rows in several currencies are what it is for; where not, they are a warning. */
  readonly mixesCurrencies: boolean;
  readRow(row: SentRow, period: StatementPeriod): RowReading;
}

/** By column, as text; a column that is not there is `undefined`. */
export type SentRow = Readonly<Record<string, string | undefined>>;

export type RowReading =
  /**
   * Kept, and compared with what we hold. `body` is the event that tells the books of it, under a key of its own; `null` where
   * they hear of it otherwise.
   */
  | { readonly kind: "included"; readonly row: StatementRow; readonly body: Uint8Array | null }
  /** Kept, and not compared: nothing is missing without it. `reason` is a stable code. */
  | { readonly kind: "excluded"; readonly row: StatementRow; readonly reason: string }
  /** `reason` is a stable code, and the column it is about; `row` what could be read. */
  | { readonly kind: "error"; readonly row: Partial<StatementRow>; readonly reason: string };
