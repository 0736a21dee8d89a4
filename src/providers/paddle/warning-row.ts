import { z } from "zod";
import type { Stamp, WarningRowFact } from "../../domain/facts/facts.ts";
import type { StatementRow } from "../../domain/reconciling/statement-row.ts";
import { formatInstant } from "../../domain/time.ts";
import { reference } from "../kit/fields.ts";
import { bodyOf } from "../kit/own-key.ts";
import { type Parked, parkedBy } from "../kit/parked.ts";
import { amount, currency } from "./amounts.ts";

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
