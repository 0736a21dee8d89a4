import { type HoldId, type LimitId, type UsageId, type WalletId, walletOfHold } from "../ids.ts";
import type { Amount } from "../money.ts";
import type { Instant } from "../time.ts";
import { wholeUnitsOf } from "./decimal.ts";
import { type Hold, spentByHold } from "./hold.ts";
import type { Spent } from "./limit.ts";

/**
 * A cost that a wallet bore, and what its balance decided then: metered usage, what was settled of a hold, or what a linked
 * customer brought along. Over any number of them `Σ requested = floor(Σ cost)`; what is left is the wallet's `pending`.
 */
export interface Usage {
  readonly id: UsageId;
  readonly walletId: WalletId;
  readonly currency: string;
  /** `null` where an amount was settled, not a quantity. */
  readonly metered: Metered | null;
  /** Who of those that spend for the owner; `null` if nobody in particular. */
  readonly member: string | null;
  /** Exact, in minor units, as a decimal. */
  readonly cost: string;
  /** `requested = covered + uncovered`. */
  readonly requested: Amount;
  readonly covered: Amount;
  readonly uncovered: Amount;
  /** What of the uncovered value would have covered, but for a limit: the tightest. */
  readonly limited: Amount;
  readonly limitId: LimitId | null;
  readonly balanceAfter: Amount;
  /** The statement line that it is part of; `null` if nothing was requested. */
  readonly seq: number | null;
  /** What the usage before it in that line had drawn: from there on, the line's moves are its own. */
  readonly drawnBefore: Amount;
  /** The app's clock, if it was told, and ours. */
  readonly occurredAt: Instant | null;
  readonly appliedAt: Instant;
  readonly reversal: UsageReversal | null;
  /** What reversals gave back: its own, or one that needed a unit of it. */
  readonly coveredBack: Amount;
  readonly uncoveredBack: Amount;
}

export interface Metered {
  readonly meter: string;
  /** Decimals without zeros at the end; the price is in minor units per unit of quantity. */
  readonly quantity: string;
  readonly price: string;
}

export interface UsageReversal {
  readonly at: Instant;
  readonly reason: string;
  /** Its statement line; `null` if it gave nothing back. */
  readonly seq: number | null;
}

/**
 * Whether a unit is requested for it beyond the whole units of its cost: fractions of several made that unit full. If one of
 * them is reversed, the unit may have to go back, and this is where it is taken from.
 */
export function holdsRoundingUnit(usage: Usage): boolean {
  const units = usage.reversal === null ? wholeUnitsOf(usage.cost) : 0n;
  return outstanding(usage) > units;
}

/** The hold that it settled, whose name it then has. */
export function settledHold({ id }: Pick<Usage, "id">): HoldId | null {
  return walletOfHold(id) === undefined ? null : (id as string as HoldId);
}

/** When it happened: by the app's clock, but not later than it was told of. */
export const happenedAt = ({ occurredAt, appliedAt }: Pick<Usage, "occurredAt" | "appliedAt">): Instant =>
  occurredAt === null || occurredAt > appliedAt ? appliedAt : occurredAt;

/**
 * What limits count it as: a settlement as the hold that it settled, in the period that one was placed in. `null`: none counts what a
 * linked customer brought along.
 */
export function spentBy(
  usage: Usage,
  settled: Pick<Hold, "meter" | "member" | "createdAt"> | undefined,
): Spent | null {
  if (settled !== undefined) return spentByHold(settled);
  if (usage.metered === null) return null;
  return { meter: usage.metered.meter, member: usage.member, at: happenedAt(usage) };
}

/** What is still requested for it. */
export const outstanding = (usage: Usage): Amount =>
  usage.requested - usage.coveredBack - usage.uncoveredBack;
