import type { Instant } from "../../domain/time.ts";
import type { Adjustment } from "./adjustment.ts";
import type { Transaction } from "./transaction.ts";

/** One change of the company's balance with Paddle. */
export type BalanceMovement =
  | { readonly kind: "sale"; readonly at: Instant; readonly transaction: Transaction }
  /** Paddle's own: what a transfer cost, or a discount on its fees. Only its report tells it. */
  | { readonly kind: "swift_fee" | "rebate"; readonly at: Instant; readonly amount: bigint }
  /** `undone`: what an adjustment took, or gave, is back where it was. */
  | {
      readonly kind: "adjustment";
      readonly at: Instant;
      readonly adjustment: Adjustment;
      readonly undone: boolean;
    };

/** In the payout currency; negative where money leaves. */
export function amountOf(movement: BalanceMovement): bigint {
  if (movement.kind === "sale") return movement.transaction.settled?.earnings ?? 0n;
  if (movement.kind !== "adjustment") return movement.amount;
  const { cost } = movement.adjustment;
  return movement.undone ? cost : -cost;
}
