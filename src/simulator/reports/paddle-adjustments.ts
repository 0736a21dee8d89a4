import { majorUnits } from "../catalogue.ts";
import { statedAdjustments } from "../paddle/stated-lists.ts";
import type { StatedRow } from "../restatement.ts";
import type { World } from "../world.ts";
import { type Cells, csv } from "./csv.ts";
import { amountCells, changedAt, plainCells, type Totals } from "./paddle-amounts.ts";
import { isWithin, type ReportWindow } from "./report.ts";

const names = [
  "transaction_id",
  "action",
  "status",
  "reason",
  "credit_applied_to_balance",
  "customer_id",
  "subscription_id",
  "currency_code",
  "created_at",
  "updated_at",
] as const;
const amounts = ["subtotal", "tax", "total", "fee", "retained_fee", "earnings"] as const;

const columns = [
  "adjustment_id",
  ...names,
  ...amounts,
  "balance_currency_code",
  ...amounts.map((name) => `balance_currency_${name}` as const),
  "balance_currency_chargeback_fee",
] as const;

/** Paddle's report of adjustments, by when they were last changed. */
export function paddleAdjustments(world: World, window: ReportWindow): string {
  const rows = statedAdjustments(world).filter((row) => isWithin(changedAt(row), window));
  return csv(columns, rows.map(cells));
}

function cells(row: StatedRow): Cells<(typeof columns)[number]> {
  const settled = row.payout_totals as NonNullable<Totals>;
  const currency = String(settled.currency_code);
  return {
    adjustment_id: String(row.id),
    ...plainCells(row, names),
    ...amountCells("", amounts, row.totals as Totals),
    balance_currency_code: currency,
    ...amountCells("balance_currency_", amounts, settled),
    balance_currency_chargeback_fee: majorUnits(disputeFee(row), currency),
  };
}

function disputeFee({ payout_totals }: StatedRow): bigint {
  const { chargeback_fee } = payout_totals as { readonly chargeback_fee?: { readonly amount: string } };
  return BigInt(chargeback_fee?.amount ?? "0");
}
