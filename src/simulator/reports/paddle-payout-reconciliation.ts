import { rfc3339 } from "../calendar.ts";
import { exchangeRate, majorUnits, payoutCurrency } from "../catalogue.ts";
import type { Adjustment } from "../paddle/adjustment.ts";
import { amountOf, type BalanceMovement } from "../paddle/balance-movement.ts";
import type { PaddleCompany } from "../paddle/company.ts";
import type { Transaction } from "../paddle/transaction.ts";
import { restated, type StatedRow } from "../restatement.ts";
import type { World } from "../world.ts";
import { csv } from "./csv.ts";
import { isWithin, type ReportWindow } from "./report.ts";

const split = [
  "gross",
  "subtotal",
  "discount",
  "tax",
  "paddle_fee",
  "chargeback_fee",
  "retained_fee",
] as const;
type Split = (typeof split)[number];

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
  ...split.flatMap((name) => [`${name}_in_transaction_currency`, `${name}_in_balance_currency`] as const),
  "fx_fee_in_balance_currency",
  "payout_rebates_and_fees_in_balance_currency",
  "balance_movement_in_balance_currency",
] as const;

/**
 * Paddle's payout reconciliation: everything that moved the balance in the window, each with the payout that pays it.
 * Gross − tax − fees = the movement, and their sum over a reference is the payout.
 */
export function paddlePayoutReconciliation({ paddle, restatements }: World, window: ReportWindow): string {
  const rows = paddle.movements
    .filter(({ at }) => isWithin(at, window))
    .map((movement) => statedRow(paddle, movement));
  const list = { provider: "paddle", list: "payout_reconciliation" } as const;
  return csv(columns, restated(restatements, list, rows).map(written));
}

/** In minor units, under the name of what moved it. */
function statedRow({ payouts }: PaddleCompany, movement: BalanceMovement): StatedRow {
  const { at } = movement;
  const transaction = movement.kind === "sale" ? movement.transaction : movement.adjustment.terms.transaction;
  const adjustment = movement.kind === "sale" ? null : movement.adjustment;
  const { currency, id, customerRef } = transaction.terms;
  const amounts = movement.kind === "sale" ? ofSale(movement.transaction) : ofAdjustment(movement);
  return {
    id: adjustment?.terms.id ?? id,
    remittance_reference: payouts.find(({ cutAt }) => at < cutAt)?.remittanceReference ?? null,
    transaction_id: id,
    adjustment_id: adjustment?.terms.id ?? null,
    balance_movement_type: adjustment?.terms.action ?? "sale",
    balance_movement_date: rfc3339(at),
    reason: adjustment?.terms.reason ?? null,
    customer_id: customerRef,
    transaction_currency: currency,
    balance_currency: payoutCurrency,
    exchange_rate: exchangeRate(currency),
    ...digits("transaction", amounts.sold),
    ...digits("balance", amounts.settled),
    fx_fee_in_balance_currency: "0",
    payout_rebates_and_fees_in_balance_currency: "0",
    balance_movement_in_balance_currency: amountOf(movement).toString(),
  };
}

type Amounts = Readonly<Record<Split, bigint>>;
type InBoth = { readonly sold: Amounts; readonly settled: Amounts };

function ofSale({ totals, fee, settled }: Transaction): InBoth {
  const one = ({ subtotal, discount, tax, total }: Transaction["totals"], paddleFee: bigint) => ({
    ...{ gross: total, subtotal, discount, tax },
    ...{ paddle_fee: paddleFee, chargeback_fee: 0n, retained_fee: 0n },
  });
  return { sold: one(totals, fee ?? 0n), settled: one(settled ?? totals, settled?.fee ?? 0n) };
}

/** What goes back has a minus, and so has the part of the fee that Paddle gives back. */
function ofAdjustment({ adjustment, undone }: Extract<BalanceMovement, { kind: "adjustment" }>): InBoth {
  const { terms, direction, isWarning } = adjustment;
  const sign = undone ? direction : -direction;
  const one = ({ subtotal, tax, total, fee, retainedFee }: Adjustment["totals"], disputeFee: bigint) => {
    const moved = isWarning ? 0n : sign;
    return {
      ...{ gross: moved * total, subtotal: moved * subtotal, discount: 0n, tax: moved * tax },
      ...{ paddle_fee: moved * fee, retained_fee: -moved * retainedFee, chargeback_fee: -sign * disputeFee },
    };
  };
  return { sold: one(adjustment.totals, 0n), settled: one(adjustment.settled, terms.disputeFee) };
}

function digits(currency: "transaction" | "balance", amounts: Amounts): Record<string, string> {
  return Object.fromEntries(
    split.map((name) => [`${name}_in_${currency}_currency`, amounts[name].toString()]),
  );
}

function written(row: StatedRow): Record<string, string> {
  const cells = columns.map((column) => {
    const [, , currency] = /^(.+)_in_(transaction|balance)_currency$/.exec(column) ?? [];
    const value = String(row[column] ?? "");
    if (currency === undefined) return [column, value];
    return [column, majorUnits(BigInt(value), String(row[`${currency}_currency`]))];
  });
  return Object.fromEntries(cells);
}
