import type { Hold } from "../../services/read/holds.ts";
import type { Usage } from "../../services/read/usage.ts";
import { amount, nullableTime, time } from "./values.ts";

export function holdJson(hold: Hold) {
  return {
    id: hold.id,
    wallet_id: hold.walletId,
    amount: amount(hold.amount),
    meter: hold.meter,
    quantity: hold.quantity,
    status: hold.status,
    settled: amount(hold.settled),
    released: amount(hold.released),
    late: hold.late,
    created_at: time(hold.createdAt),
    expires_at: time(hold.expiresAt),
    closed_at: nullableTime(hold.closedAt),
  };
}

/** A settled hold, and what its balance decided. */
export function settledHoldJson(hold: Hold, { requested, covered, uncovered, balanceAfter }: Usage) {
  return {
    ...holdJson(hold),
    requested: amount(requested),
    covered: amount(covered),
    uncovered: amount(uncovered),
    balance: amount(balanceAfter),
  };
}
