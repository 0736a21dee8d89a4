import type {
  LinkedMovement,
  MovementKind,
  MovementLine,
  MovementPayoutTotals,
  MovementStatus,
} from "../facts/facts.ts";
import type { ChargeId, MovementId } from "../ids.ts";
import type { Amount } from "../money.ts";
import type { Instant } from "../time.ts";

/** Money or credit going the other way on a charge: the fold of its facts. Amounts are positive in its own direction. */
export interface Movement {
  readonly id: MovementId;
  readonly chargeId: ChargeId;
  readonly ref: string;
  readonly kind: MovementKind;
  readonly status: MovementStatus;
  /** Whether money or credit has really moved. Only effective movements are booked. */
  readonly effective: boolean;
  readonly warning: boolean;
  readonly toCustomerBalance: boolean | null;
  readonly currency: string;
  readonly amount: Amount;
  readonly subtotal: Amount;
  readonly tax: Amount;
  readonly fee: Amount | null;
  readonly earnings: Amount | null;
  readonly payout: MovementPayoutTotals | null;
  readonly lines: readonly MovementLine[];
  readonly customerRef: string | null;
  readonly reason: string | null;
  /** Of a provider whose movements are objects of their own; `null` of every other. */
  readonly linked: LinkedMovement | null;
  /** When it took effect, or else when it became what it is now, by the provider's clock. */
  readonly occurredAt: Instant;
  /** When one that had taken effect was undone; `null` if it is in effect, or never was. */
  readonly undoneAt: Instant | null;
}

/** +1 where money leaves us, −1 where a reversal brings it back. */
export function direction(kind: MovementKind): 1n | -1n {
  switch (kind) {
    case "refund":
    case "dispute":
    case "credit":
      return 1n;
    case "refund_reversal":
    case "dispute_reversal":
    case "credit_reversal":
      return -1n;
    default:
      return kind satisfies never;
  }
}
