import type { MovementPayoutTotals } from "../../domain/facts/facts.ts";
import type { MovementView } from "../../services/read/movements.ts";
import { amount, nullableAmount, time } from "./values.ts";

export function movementJson({ movement, provider, takenBack, uncovered }: MovementView) {
  return {
    id: movement.id,
    provider,
    ref: movement.ref,
    kind: movement.kind,
    status: movement.status,
    effective: movement.effective,
    warning: movement.warning,
    charge_id: movement.chargeId,
    currency: movement.currency,
    amount: amount(movement.amount),
    tax: amount(movement.tax),
    fee: nullableAmount(movement.fee),
    settlement: settlementJson(movement.payout),
    taken_back: nullableAmount(takenBack),
    uncovered: nullableAmount(uncovered),
    lines: movement.lines.map((line) => ({ line_ref: line.lineRef, amount: amount(line.amount) })),
    reason: movement.reason,
    occurred_at: time(movement.occurredAt),
  };
}

function settlementJson(payout: MovementPayoutTotals | null) {
  if (payout === null) return null;
  return {
    currency: payout.currency,
    gross: amount(payout.total),
    fee: nullableAmount(payout.fee),
    tax: amount(payout.tax),
    net: nullableAmount(payout.earnings),
    exchange_rate: null,
    payout_ref: null,
  };
}
