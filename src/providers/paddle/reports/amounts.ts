import { type Amount, exponentOf } from "../../../domain/money.ts";
import type { ReportCells } from "../../kit/report-cells.ts";

/**
 * An amount of a report of Paddle's. Its API counts in minor units, and its reports are assumed to write major ones: an amount
 * that could be either is refused rather than read a hundred times too large.
 */
export function paddleAmount(cells: ReportCells, column: string, currency: string | null): Amount | null {
  const amount = cells.amount(column, currency);
  const decimals = currency === null ? 0 : (exponentOf("paddle", currency) ?? 0);
  if (amount === null || amount === 0n || decimals === 0 || cells.hasDecimals(column)) return amount;
  return cells.refuse("amount_ambiguous", column);
}

/** The same, where an empty cell says nothing. */
export function optionalPaddleAmount(
  cells: ReportCells,
  column: string,
  currency: string | null,
): Amount | null {
  return cells.isEmpty(column) ? null : paddleAmount(cells, column, currency);
}
