import type { WalletLineKind } from "../book/journal.ts";
import type { ChargeId, EntryId, EventId, LotId, WalletId } from "../ids.ts";
import { type Amount, maximum } from "../money.ts";
import type { Limit } from "../spending/limit.ts";
import type { Instant } from "../time.ts";

/**
 * One owner's prepaid value in one currency, and the part of its lots that was loaded. Never below zero:
 * `balance = paid + promo ≥ 0`. Immutable: an operation gives the next wallet and the line that led there.
 */
export interface Wallet {
  readonly id: WalletId;
  readonly owner: string;
  readonly currency: string;
  readonly paid: Amount;
  readonly promo: Amount;
  /** Reserved by open holds; not available, but still part of the balance. */
  readonly held: Amount;
  /** What uncovered take-backs left to be repaid by later top-ups. */
  readonly recovery: Amount;
  /** Metered cost below one minor unit, an exact decimal in [0,1). */
  readonly pending: string;
  /** Number of the last statement line. */
  readonly seq: number;
  readonly lotCount: number;
  readonly holdCount: number;
  /** How many limits it ever had; 0: nobody needs to look for any. */
  readonly limitCount: number;
  /** The soonest time at which something of a lot expires, past or future; `null` if nothing ever does. */
  readonly nextExpiryAt: Instant | null;
  /** All lots with something left, and all lots of the charges being decided; empty where only the totals were loaded. */
  readonly lots: readonly Lot[];
  /** What is open as recovery, by the charge that left it, oldest first; loaded where `recovery` is not 0. */
  readonly recoveries: readonly OpenRecovery[];
  /** What may be spent at most; loaded with the lots. */
  readonly limits: readonly Limit[];
}

/** One top-up or grant inside a wallet: `amount = remaining + expired + drawn`. */
export interface Lot {
  readonly id: LotId;
  /** Counted from 1 within the wallet. */
  readonly ordinal: number;
  readonly walletId: WalletId;
  /** Number of the statement line that opened it. */
  readonly openedBy: number;
  readonly kind: "paid" | "promo";
  readonly chargeId: ChargeId | null;
  readonly amount: Amount;
  readonly remaining: Amount;
  readonly expired: Amount;
  readonly priority: number;
  /** Exclusive: at this moment it can no longer be spent. */
  readonly expiresAt: Instant | null;
}

export interface OpenRecovery {
  readonly chargeId: ChargeId;
  readonly open: Amount;
}

/** How a statement line changed one lot. */
export interface LotMove {
  readonly lotId: LotId;
  readonly ordinal: number;
  readonly remaining: Amount;
  readonly expired: Amount;
  /** When the lot was to expire as this line found it: what is given back gets the time it had left. */
  readonly expiresAt: Instant | null;
}

/** How a statement line changed what no value covers of a charge's take-backs. */
export interface UncoveredMove {
  readonly chargeId: ChargeId;
  readonly account: "recovery" | "write_off";
  readonly amount: Amount;
}

/** One line of a wallet's statement: a decision, stored with the lots and accounts it used and never recomputed. */
export interface WalletLine {
  readonly walletId: WalletId;
  readonly seq: number;
  readonly kind: WalletLineKind;
  /** Change of the balance. */
  readonly amount: Amount;
  readonly balanceAfter: Amount;
  readonly requested: Amount;
  readonly covered: Amount;
  readonly uncovered: Amount;
  readonly chargeId: ChargeId | null;
  readonly entryId: EntryId;
  readonly eventId: EventId | null;
  readonly reason: string | null;
  /** Number of the line that this one undoes, where a person asked for it. */
  readonly reverses: number | null;
  readonly effectiveAt: Instant;
  readonly postedAt: Instant;
  readonly lotMoves: readonly LotMove[];
  readonly uncoveredMoves: readonly UncoveredMove[];
}

export function emptyWallet(id: WalletId, owner: string, currency: string): Wallet {
  return {
    id,
    owner,
    currency,
    paid: 0n,
    promo: 0n,
    held: 0n,
    recovery: 0n,
    pending: "0",
    seq: 0,
    lotCount: 0,
    holdCount: 0,
    limitCount: 0,
    nextExpiryAt: null,
    lots: [],
    recoveries: [],
    limits: [],
  };
}

export const balanceOf = (wallet: Wallet): Amount => wallet.paid + wallet.promo;

/** What can be spent: held value is not. A take-back may have left less than is held. */
export const availableOf = (wallet: Wallet): Amount => maximum(balanceOf(wallet) - wallet.held, 0n);
