import type { HoldId, WalletId } from "./ids.ts";
import type { Amount } from "./money.ts";
import type { Instant } from "./time.ts";

/**
 * Value reserved for usage in flight.
 *
 * ```
 * open ──► settled     what was really used is debited, the rest is free again
 *   ├────► released    nothing was used
 *   └────► expired ──► settled (late), as far as value is available then
 * ```
 */
export interface Hold {
  readonly id: HoldId;
  /** Counted from 1 within the wallet. */
  readonly ordinal: number;
  readonly walletId: WalletId;
  readonly amount: Amount;
  /** What is counted, if it was held for a quantity. */
  readonly meter: string | null;
  readonly quantity: string | null;
  readonly status: "open" | "settled" | "released" | "expired";
  /** What of the amount paid when it was settled, and what became free again: together never more than the amount. */
  readonly settled: Amount;
  readonly released: Amount;
  /** Whether it was settled after it had expired. */
  readonly late: boolean;
  readonly createdAt: Instant;
  /** Exclusive: at this moment it is expired. */
  readonly expiresAt: Instant;
  readonly closedAt: Instant | null;
}
