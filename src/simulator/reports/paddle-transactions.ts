import { statedTransactions } from "../paddle/stated-lists.ts";
import type { StatedRow } from "../restatement.ts";
import type { World } from "../world.ts";
import { type Cells, csv } from "./csv.ts";
import { amountCells, changedAt, plainCells, type Totals } from "./paddle-amounts.ts";
import { isWithin, type ReportWindow } from "./report.ts";

const names = [
  "status",
  "origin",
  "collection_mode",
  "customer_id",
  "subscription_id",
  "invoice_number",
  "currency_code",
  "created_at",
  "billed_at",
  "updated_at",
] as const;
const sold = [
  "subtotal",
  "discount",
  "tax",
  "total",
  "credit",
  "credit_to_balance",
  "grand_total",
  "balance",
  "fee",
  "earnings",
] as const;
const settled = ["subtotal", "discount", "tax", "total", "fee", "earnings"] as const;

const columns = [
  "transaction_id",
  ...names,
  ...sold,
  "balance_currency_code",
  "exchange_rate",
  ...settled.map((name) => `balance_currency_${name}` as const),
] as const;

/** Paddle's report of transactions, by when they were last changed. */
export function paddleTransactions(world: World, window: ReportWindow): string {
  const rows = statedTransactions(world).filter((row) => isWithin(changedAt(row), window));
  return csv(columns, rows.map(cells));
}

function cells(row: StatedRow): Cells<(typeof columns)[number]> {
  const { totals, payout_totals } = row.details as Readonly<Record<"totals" | "payout_totals", Totals>>;
  return {
    transaction_id: String(row.id),
    ...plainCells(row, names),
    ...amountCells("", sold, totals),
    balance_currency_code: payout_totals?.currency_code ?? null,
    exchange_rate: payout_totals?.exchange_rate ?? null,
    ...amountCells("balance_currency_", settled, payout_totals),
  };
}
