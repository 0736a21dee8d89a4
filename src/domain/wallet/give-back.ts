import { type Amount, minimum } from "../money.ts";
import type { Instant } from "../time.ts";
import { isDue, type NewLot, noMove, paidLot, type Taking } from "./lots.ts";
import type { LotMove, Wallet } from "./wallet.ts";
import type { Cause } from "./wallet-change.ts";

/** How value went back into a wallet. */
export interface GivenBack {
  readonly moves: LotMove[];
  readonly newLots: NewLot[];
  readonly newExpiry: Map<number, Instant>;
  /** The part that went back to what had expired. */
  readonly expired: Amount;
}

/** Value returns to the lots it was taken from, the last taken first; what no lot is owed becomes a lot of its own. */
export function giveBack(
  wallet: Wallet,
  cause: Cause,
  amount: Amount,
  takings: readonly Taking[],
): GivenBack {
  const result: GivenBack = { moves: [], newLots: [], newExpiry: new Map(), expired: 0n } as const;
  let left = amount;
  let expired = 0n;
  for (const taking of takings) {
    const lot = wallet.lots.find((candidate) => candidate.ordinal === taking.ordinal);
    if (lot === undefined) continue;
    const toExpired = minimum(taking.expired, left);
    const toRemaining = minimum(taking.remaining, left - toExpired);
    if (toExpired + toRemaining <= 0n) continue;
    left -= toExpired + toRemaining;
    expired += toExpired;
    result.moves.push({ ...noMove(lot), remaining: toRemaining, expired: toExpired });
    if (toRemaining > 0n && isDue(lot, cause.postedAt) && taking.timeLeft !== null && taking.timeLeft > 0n) {
      result.newExpiry.set(lot.ordinal, cause.postedAt + taking.timeLeft);
    }
  }
  const newLots =
    left === 0n
      ? []
      : [paidLot(cause.chargeId, left, { priority: 0, expiresAfterDays: null }, cause.effectiveAt)];
  return { ...result, newLots, expired };
}
