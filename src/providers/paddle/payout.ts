import { z } from "zod";
import type { Stamp, WarningRowFact } from "../../domain/facts/facts.ts";
import type { PayoutFact, ProviderRowFact } from "../../domain/facts/transfer-facts.ts";
import type { StatementRow } from "../../domain/reconciling/statement.ts";
import { formatInstant } from "../../domain/time.ts";
import { freeText, type Parked, parked, parkedBy, reference } from "../kit/fields.ts";
import { bodyOf } from "../kit/listed-rows.ts";
import { amount, currency } from "./fields.ts";

/** No event of Paddle's: so its payout report enters the books, where a row of it is about no transaction and no adjustment. */
export const balanceMovementType = "balance_movement.reported";

const movement = z.object({
  id: reference,
  /** `rebate` or `fee`: Paddle's own words for it are in docs/reports.md. */
  category: reference,
  amount,
  currency_code: currency,
});

/** The row as an event. Its key names it by all that is said of it: imported again, it is the same one. */
export function balanceMovement({ key, category, at, currency, net }: StatementRow): Uint8Array | null {
  if (at === null || net === null) return null;
  return bodyOf({
    event_id: `row:payout_reconciliation:${key}`,
    event_type: balanceMovementType,
    occurred_at: formatInstant(at),
    data: { id: key, category, amount: net.toString(), currency_code: currency },
  });
}

/** What Paddle takes for a payout, and gives back of its fees: money that is about nothing of ours. */
export function readBalanceMovement(data: unknown, stamp: Stamp): ProviderRowFact | Parked {
  const parsed = movement.safeParse(data);
  if (!parsed.success) return parkedBy(parsed.error);
  const { id: ref, category, amount: net, currency_code: currency } = parsed.data;
  const amounts = { currency, gross: net, fee: 0n, net };
  const what = { category, meaning: "fee", balanceName: "balance", sourceRef: null } as const;
  return { kind: "provider_row", stamp, ref, ...what, ...amounts };
}

/** `paid` is said about a working day before the money is there. Source: Paddle's page on payout.paid. */
const statuses: ReadonlyMap<string, PayoutFact["status"]> = new Map([
  ["unpaid", "pending"],
  ["paid", "paid"],
]);

const payout = z.object({
  id: reference,
  status: z.string(),
  amount,
  currency_code: currency,
  remittance_reference: freeText.nullish(),
});

/** What one event says about money that Paddle sends to our bank. */
export function readPayout(data: unknown, stamp: Stamp): PayoutFact | Parked {
  const parsed = payout.safeParse(data);
  if (!parsed.success) return parkedBy(parsed.error);
  const { id: ref, amount, currency_code: currency, remittance_reference: remittanceRef } = parsed.data;
  const status = statuses.get(parsed.data.status);
  if (status === undefined) return parked("unknown_status", "data.status");
  return {
    kind: "payout",
    stamp,
    ref,
    status,
    amount,
    currency,
    remittanceRef: remittanceRef ?? null,
    createdAt: null,
    arrivalOn: null,
  };
}

/** No event of Paddle's: so a row of its payout report says what a card scheme's alert moved, which no webhook does. */
export const warningRowType = "chargeback_warning.reported";

const warningRow = z.object({
  adjustment_id: reference,
  transaction_id: reference,
  /** What left our balance beside the alert's fee. */
  cash: amount,
  currency_code: currency,
});

/** The row as an event. What is not the fee is cash: `net` is all that moved, and the fee is a cost. */
export function warningRowBody(row: StatementRow, transactionRef: string | null): Uint8Array | null {
  const { key, objectRef, at, currency, net, fee } = row;
  if (at === null || net === null || objectRef === null || transactionRef === null) return null;
  const cash = -(net + (fee ?? 0n));
  const about = { adjustment_id: objectRef, transaction_id: transactionRef };
  return bodyOf({
    event_id: `row:payout_reconciliation:${key}`,
    event_type: warningRowType,
    occurred_at: formatInstant(at),
    data: { ...about, cash: cash.toString(), currency_code: currency },
  });
}

export function readWarningRow(data: unknown, stamp: Stamp): WarningRowFact | Parked {
  const parsed = warningRow.safeParse(data);
  if (!parsed.success) return parkedBy(parsed.error);
  const { adjustment_id: ref, transaction_id: chargeRef, cash, currency_code: currency } = parsed.data;
  return { kind: "warning_row", stamp, ref, chargeRef, currency, cash };
}
