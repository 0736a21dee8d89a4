import { type HoldId, holdId, type WalletId } from "../ids.ts";
import type { Amount } from "../money.ts";
import type { Instant } from "../time.ts";
import type { Wallet } from "../wallet/wallet.ts";
import { counting, type Spent } from "./limit.ts";

export const holdStatuses = ["open", "settled", "released", "expired"] as const;
export type HoldStatus = (typeof holdStatuses)[number];

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
  /** Who of those that spend for the owner. */
  readonly member: string | null;
  readonly status: HoldStatus;
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

export interface HoldTerms {
  readonly amount: Amount;
  readonly meter: string | null;
  readonly quantity: string | null;
  readonly member: string | null;
  readonly now: Instant;
  readonly expiresAt: Instant;
}

/** What limits count it as, until it is closed, and what settles it for ever. */
export const spentByHold = ({
  meter,
  member,
  createdAt: at,
}: Pick<Hold, "meter" | "member" | "createdAt">): Spent => ({
  meter,
  member,
  at,
});

/** Reserves value that is available, and that no limit keeps; the caller has seen that it is. */
export function openHold(wallet: Wallet, terms: HoldTerms): { readonly wallet: Wallet; readonly hold: Hold } {
  const { amount, meter, quantity, member, now, expiresAt } = terms;
  const ordinal = wallet.holdCount + 1;
  const hold: Hold = {
    id: holdId(wallet.id, ordinal),
    ordinal,
    walletId: wallet.id,
    amount,
    meter,
    quantity,
    member,
    status: "open",
    settled: 0n,
    released: 0n,
    late: false,
    createdAt: now,
    expiresAt,
    closedAt: null,
  };
  const limits = counting(wallet.limits, spentByHold(hold), amount);
  return { wallet: { ...wallet, holdCount: ordinal, held: wallet.held + amount, limits }, hold };
}

/** Whether it still reserves value: from its very moment on it does not, however late the sweeper is. */
export const isInForce = (hold: Hold, now: Instant): boolean =>
  hold.status === "open" && hold.expiresAt > now;

/** What nobody settled in time is free again; a hold that is closed, or not due, stays as it is. */
export function lapse(hold: Hold, now: Instant): Hold {
  if (hold.status !== "open" || isInForce(hold, now)) return hold;
  return { ...hold, status: "expired", released: hold.amount, closedAt: now };
}

/** The wallet once one of its holds has become another: only what is open is held, and counted. */
export function withHold(wallet: Wallet, before: Hold, after: Hold): Wallet {
  const heldBy = (hold: Hold) => (hold.status === "open" ? hold.amount : 0n);
  const more = heldBy(after) - heldBy(before);
  return {
    ...wallet,
    held: wallet.held + more,
    limits: counting(wallet.limits, spentByHold(before), more),
  };
}
