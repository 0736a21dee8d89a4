import { majorUnits } from "../catalogue.ts";
import { inBothCurrencies, statedMovements } from "../paddle/stated-movements.ts";
import type { StatedRow } from "../restatement.ts";
import type { World } from "../world.ts";
import { csv } from "./csv.ts";
import { isWithin, type ReportWindow } from "./report.ts";

const columns = [
  "remittance_reference",
  "transaction_id",
  "adjustment_id",
  "balance_movement_type",
  "balance_movement_date",
  "reason",
  "customer_id",
  "transaction_currency",
  "balance_currency",
  "exchange_rate",
  ...inBothCurrencies.flatMap(
    (name) => [`${name}_in_transaction_currency`, `${name}_in_balance_currency`] as const,
  ),
  "fx_fee_in_balance_currency",
  "payout_rebates_and_fees_in_balance_currency",
  "balance_movement_in_balance_currency",
] as const;

/**
 * Paddle's payout reconciliation: everything that moved the balance in the window, each with the payout that pays it.
 * Gross − tax − fees + rebates = the movement, and their sum over a reference is the payout.
 */
export function paddlePayoutReconciliation({ paddle, restatements }: World, window: ReportWindow): string {
  const moved = paddle.movements.filter(({ at }) => isWithin(at, window));
  return csv(columns, statedMovements(paddle, moved, restatements).map(written));
}

function written(row: StatedRow): Record<string, string> {
  const cells = columns.map((column) => {
    const [, currency] = /_in_(transaction|balance)_currency$/.exec(column) ?? [];
    const value = String(row[column] ?? "");
    if (currency === undefined) return [column, value];
    return [column, majorUnits(BigInt(value), String(row[`${currency}_currency`]))];
  });
  return Object.fromEntries(cells);
}
