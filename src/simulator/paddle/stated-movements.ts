import { rfc3339 } from "../../testing/written.ts";
import { exchangeRate, payoutCurrency } from "../catalogue.ts";
import { type Restatement, restated, type StatedRow } from "../restatement.ts";
import type { Adjustment } from "./adjustment.ts";
import { amountOf, type BalanceMovement } from "./balance-movement.ts";
import type { PaddleCompany } from "./company.ts";
import type { Transaction } from "./transaction.ts";

/** Amounts that Paddle's report states both in the currency of the sale and in that of the balance. */
export const inBothCurrencies = [
  "gross",
  "subtotal",
  "discount",
  "tax",
  "paddle_fee",
  "chargeback_fee",
  "retained_fee",
] as const;
type Amounts = Readonly<Record<(typeof inBothCurrencies)[number], bigint>>;
type InBoth = { readonly sold: Amounts; readonly settled: Amounts };
type Adjusted = Extract<BalanceMovement, { kind: "adjustment" }>;

/** Everything that moved the balance, as Paddle's payout reconciliation states it, in minor units and in order. */
export function statedMovements(
  company: PaddleCompany,
  movements: readonly BalanceMovement[],
  restatements: readonly Restatement[],
): readonly StatedRow[] {
  const rows = movements
    .toSorted((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)))
    .map((movement) => rowOf(company, movement));
  return restated(restatements, { provider: "paddle", list: "payout_reconciliation" }, rows);
}

function rowOf({ payouts }: PaddleCompany, movement: BalanceMovement): StatedRow {
  const { at } = movement;
  return {
    remittance_reference: payouts.find(({ cutAt }) => at < cutAt)?.remittanceReference ?? null,
    balance_movement_date: rfc3339(at),
    balance_currency: payoutCurrency,
    fx_fee_in_balance_currency: "0",
    payout_rebates_and_fees_in_balance_currency: "0",
    ...aboutOf(movement),
    balance_movement_in_balance_currency: amountOf(movement).toString(),
  };
}

function aboutOf(movement: BalanceMovement): StatedRow {
  switch (movement.kind) {
    case "sale":
      return { ...ofDocument(movement.transaction), ...bothCurrencies(ofSale(movement.transaction)) };
    case "adjustment":
      return { ...ofAdjustment(movement.adjustment), ...bothCurrencies(adjusted(movement)) };
    default:
      return ofPaddle(movement);
  }
}

function ofDocument({ terms }: Transaction): StatedRow {
  return {
    id: terms.id,
    transaction_id: terms.id,
    balance_movement_type: "sale",
    customer_id: terms.customerRef,
    transaction_currency: terms.currency,
    exchange_rate: exchangeRate(terms.currency),
  };
}

function ofAdjustment({ terms }: Adjustment): StatedRow {
  const { id, action, reason } = terms;
  return {
    ...ofDocument(terms.transaction),
    id,
    adjustment_id: id,
    balance_movement_type: action,
    reason,
  };
}

function ofPaddle({
  kind,
  at,
  amount,
}: Exclude<BalanceMovement, { kind: "sale" | "adjustment" }>): StatedRow {
  return {
    id: `${kind} ${rfc3339(at)}`,
    balance_movement_type: kind,
    reason: kind === "rebate" ? "Rebate on fees" : "International transfer",
    transaction_currency: payoutCurrency,
    exchange_rate: "1",
    ...bothCurrencies({ sold: nothing, settled: nothing }),
    payout_rebates_and_fees_in_balance_currency: amount.toString(),
  };
}

const nothing: Amounts = {
  ...{ gross: 0n, subtotal: 0n, discount: 0n, tax: 0n },
  ...{ paddle_fee: 0n, chargeback_fee: 0n, retained_fee: 0n },
};

function ofSale({ totals, fee, settled }: Transaction): InBoth {
  const one = ({ subtotal, discount, tax, total }: Transaction["totals"], paddleFee: bigint) => ({
    ...{ gross: total, subtotal, discount, tax },
    ...{ paddle_fee: paddleFee, chargeback_fee: 0n, retained_fee: 0n },
  });
  return { sold: one(totals, fee ?? 0n), settled: one(settled ?? totals, settled?.fee ?? 0n) };
}

/** What goes back has a minus, and so has the part of the fee that Paddle gives back. */
function adjusted({ adjustment, undone }: Adjusted): InBoth {
  const { terms, direction, isWarning } = adjustment;
  const sign = undone ? direction : -direction;
  const moved = isWarning ? 0n : sign;
  const one = ({ subtotal, tax, total, fee, retainedFee }: Adjustment["totals"], disputeFee: bigint) => ({
    ...{ gross: moved * total, subtotal: moved * subtotal, discount: 0n, tax: moved * tax },
    ...{ paddle_fee: moved * fee, retained_fee: -moved * retainedFee, chargeback_fee: -sign * disputeFee },
  });
  return { sold: one(adjustment.totals, 0n), settled: one(adjustment.settled, terms.disputeFee) };
}

function bothCurrencies({ sold, settled }: InBoth): StatedRow {
  const digits = (currency: string, amounts: Amounts) =>
    inBothCurrencies.map((name) => [`${name}_in_${currency}_currency`, amounts[name].toString()] as const);
  return Object.fromEntries([...digits("transaction", sold), ...digits("balance", settled)]);
}
