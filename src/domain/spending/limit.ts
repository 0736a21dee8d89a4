import type { LimitId, WalletId } from "../ids.ts";
import { beginOfPeriod } from "../local-calendar.ts";
import { type Amount, maximum, minimum } from "../money.ts";
import type { Instant } from "../time.ts";

export const limitPeriods = ["day", "month", "total"] as const;
export type LimitPeriod = (typeof limitPeriods)[number];

/** What a wallet may be spent on in a period at most, whatever value is in it: all of it, one meter, one member, or both. */
export interface LimitTerms {
  /** `null`: of whatever is spent. */
  readonly meter: string | null;
  /** Of those who spend for the owner; `null`: of all. */
  readonly member: string | null;
  readonly period: LimitPeriod;
  /** Where days and months begin. */
  readonly zone: string;
  readonly amount: Amount;
}

/**
 * A limit, and what it has counted: what was covered of usage, and what open holds reserve. Its terms but the amount never change:
 * what is set anew otherwise is another limit of the same id, and counts from the beginning of its period.
 */
export interface Limit extends LimitTerms {
  readonly walletId: WalletId;
  /** Counted from 1 within the wallet. */
  readonly ordinal: number;
  /** As the app calls it. */
  readonly id: LimitId;
  /** What happened before is neither counted nor limited. */
  readonly startsAt: Instant;
  /** How often its amount was set, and when it was last. */
  readonly settings: number;
  readonly setAt: Instant;
  /** `null` while it is in force. */
  readonly endedAt: Instant | null;
  /** By the beginning of each period; of the periods that were loaded. */
  readonly counts: ReadonlyMap<Instant, Amount>;
}

/** What limits look at: what was spent on, for whom, and when that was. */
export interface Spent {
  readonly meter: string | null;
  readonly member: string | null;
  readonly at: Instant;
}

/** Whether a limit is of what was spent, apart from whether it is in force. */
export function isOf(
  { meter, member, startsAt }: Pick<Limit, "meter" | "member" | "startsAt">,
  spent: Spent,
): boolean {
  return (
    spent.at >= startsAt &&
    (meter === null || meter === spent.meter) &&
    (member === null || member === spent.member)
  );
}

/** The beginning of the period that a moment is in. */
export function periodOf(
  { period, zone, startsAt }: Pick<Limit, "period" | "zone" | "startsAt">,
  at: Instant,
): Instant {
  return period === "total" ? startsAt : beginOfPeriod(period, at, zone);
}

/** What is left of an amount; one that was lowered below what is counted leaves nothing. */
export const leftOf = (amount: Amount, counted: Amount): Amount => maximum(amount - counted, 0n);

export interface Tightest {
  readonly limitId: LimitId;
  readonly left: Amount;
}

/** The limit that leaves the least; of several the one whose id comes first. `null` if none is of what is spent. */
export function tightestOf(all: readonly Tightest[]): Tightest | null {
  const [first, ...others] = all;
  if (first === undefined) return null;
  return others.reduce((tightest, other) => {
    if (other.left !== tightest.left) return other.left < tightest.left ? other : tightest;
    return other.limitId < tightest.limitId ? other : tightest;
  }, first);
}

/** What the limits in force leave for something. */
export function tightest(limits: readonly Limit[], spent: Spent): Tightest | null {
  const own = limits.filter((limit) => limit.endedAt === null && isOf(limit, spent));
  return tightestOf(
    own.map((limit) => {
      const counted = limit.counts.get(periodOf(limit, spent.at)) ?? 0n;
      return { limitId: limit.id, left: leftOf(limit.amount, counted) };
    }),
  );
}

/** How much of what value would cover the limits let it. */
export interface Limited {
  readonly covered: Amount;
  /** What only they keep from being covered, and the tightest of them; 0 and `null` if they keep nothing. */
  readonly limited: Amount;
  readonly limitId: LimitId | null;
}

/** `coverable` is what the balance would cover; what no limit counts (`spent` is `null`) is covered as it is. */
export function within(limits: readonly Limit[], spent: Spent | null, coverable: Amount): Limited {
  const bound = limits.length === 0 || spent === null ? null : tightest(limits, spent);
  if (bound === null || bound.left >= coverable) return { covered: coverable, limited: 0n, limitId: null };
  const covered = minimum(bound.left, coverable);
  return { covered, limited: coverable - covered, limitId: bound.limitId };
}

/** The limits once so much more of something is counted; less, if the amount is below 0. */
export function counting(limits: readonly Limit[], spent: Spent | null, amount: Amount): readonly Limit[] {
  if (limits.length === 0 || spent === null || amount === 0n) return limits;
  return limits.map((limit) => {
    if (limit.endedAt !== null || !isOf(limit, spent)) return limit;
    const period = periodOf(limit, spent.at);
    const counted = (limit.counts.get(period) ?? 0n) + amount;
    return { ...limit, counts: new Map(limit.counts).set(period, counted) };
  });
}
