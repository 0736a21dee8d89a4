import type { MovementView } from "../../services/read/movements.ts";
import { settlementJson } from "./settlement.ts";
import { amount, nullableAmount, time } from "./values.ts";

export function movementJson({ movement, provider, settled, taxBack, takenBack, uncovered }: MovementView) {
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
    tax: amount(taxBack),
    fee: nullableAmount(movement.fee),
    settlement: settlementJson(settled),
    taken_back: nullableAmount(takenBack),
    uncovered: nullableAmount(uncovered),
    lines: movement.lines.map((line) => ({ line_ref: line.lineRef, amount: amount(line.amount) })),
    reason: movement.reason,
    occurred_at: time(movement.occurredAt),
  };
}
