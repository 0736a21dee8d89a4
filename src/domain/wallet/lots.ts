import type { ChargeId } from "../ids.ts";
import { type Amount, maximum, minimum, sum } from "../money.ts";
import { type Instant, nanosecondsPerDay } from "../time.ts";
import type { Lot, LotMove, Wallet, WalletLine } from "./wallet.ts";

/** Lots are spent by priority, then the soonest expiry, then the oldest. */
export function inSpendOrder(lots: readonly Lot[]): Lot[] {
  return lots.toSorted(
    (a, b) => a.priority - b.priority || compareExpiry(a.expiresAt, b.expiresAt) || a.ordinal - b.ordinal,
  );
}

function compareExpiry(a: Instant | null, b: Instant | null): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return a < b ? -1 : 1;
}

export const isDue = (lot: Lot, now: Instant): boolean => lot.expiresAt !== null && lot.expiresAt <= now;

/** Takes up to `amount` from lots in the order given, out of what is left of them or out of what of them had expired. */
export function draw(
  lots: readonly Lot[],
  amount: Amount,
  from: "remaining" | "expired",
): { moves: LotMove[]; drawn: Amount } {
  let open = amount;
  const moves: LotMove[] = [];
  for (const lot of lots) {
    const taken = minimum(open, lot[from]);
    if (taken === 0n) continue;
    open -= taken;
    moves.push({ ...noMove(lot), [from]: -taken });
  }
  return { moves, drawn: amount - open };
}

export function noMove({ id, ordinal, expiresAt }: Lot): LotMove {
  return { lotId: id, ordinal, remaining: 0n, expired: 0n, expiresAt };
}

/** The lots after the moves. */
export function moved(lots: readonly Lot[], moves: readonly LotMove[]): Lot[] {
  const byOrdinal = Map.groupBy(moves, (move) => move.ordinal);
  return lots.map((lot) => {
    const own = byOrdinal.get(lot.ordinal);
    if (own === undefined) return lot;
    const change = (of: "remaining" | "expired") => sum(own.map((move) => move[of]));
    return {
      ...lot,
      remaining: lot.remaining + change("remaining"),
      expired: lot.expired + change("expired"),
    };
  });
}

/** What statement lines of these kinds have taken from one lot and not given back. */
export interface Taking {
  readonly ordinal: number;
  readonly remaining: Amount;
  readonly expired: Amount;
  /** What the lot still had before it when it was last taken from, in nanoseconds; `null` if it never expires. */
  readonly timeLeft: bigint | null;
}

/**
 * What a charge's lines took from a wallet's lots, the latest first: giving back undoes in reverse. What was taken before
 * the charge went to another owner was taken elsewhere.
 */
export function takingsOf(
  lines: readonly WalletLine[],
  kinds: readonly WalletLine["kind"][],
  { wallet, chargeId }: { readonly wallet: Wallet; readonly chargeId: ChargeId },
): Taking[] {
  const takings = new Map<number, Taking>();
  const own = lines.filter((line) => line.walletId === wallet.id && line.chargeId === chargeId);
  // What was undone at once took nothing.
  const undone = new Set(own.flatMap((line) => (line.reverses === null ? [] : [line.seq, line.reverses])));
  for (const line of own) {
    if (!kinds.includes(line.kind) || undone.has(line.seq)) continue;
    for (const move of line.lotMoves) {
      const before = takings.get(move.ordinal);
      takings.delete(move.ordinal);
      takings.set(move.ordinal, {
        ordinal: move.ordinal,
        remaining: (before?.remaining ?? 0n) - move.remaining,
        expired: (before?.expired ?? 0n) - move.expired,
        timeLeft: move.remaining < 0n ? timeLeft(move, line) : (before?.timeLeft ?? null),
      });
    }
  }
  return [...takings.values()].reverse();
}

/** What one line took from lots, from one point of all that it took to another, the latest first. */
export function takingsWithin(line: WalletLine, { from, to }: { from: Amount; to: Amount }): Taking[] {
  let reached = 0n;
  const takings = line.lotMoves.map((move) => {
    const begins = reached;
    reached -= move.remaining;
    const remaining = maximum(minimum(reached, to) - maximum(begins, from), 0n);
    return { ordinal: move.ordinal, remaining, expired: 0n, timeLeft: timeLeft(move, line) };
  });
  return takings.filter(({ remaining }) => remaining > 0n).reverse();
}

function timeLeft({ expiresAt }: LotMove, { postedAt }: WalletLine): bigint | null {
  return expiresAt === null ? null : expiresAt - postedAt;
}

/** A lot before its wallet has given it a name. */
export type NewLot = Omit<Lot, "id" | "ordinal" | "walletId" | "openedBy">;

/** A lot of paid value, all of it left, that expires counting from `from`. */
export function paidLot(
  chargeId: ChargeId | null,
  amount: Amount,
  terms: { readonly priority: number; readonly expiresAfterDays: number | null },
  from: Instant,
): NewLot {
  const expiresAt =
    terms.expiresAfterDays === null ? null : from + BigInt(terms.expiresAfterDays) * nanosecondsPerDay;
  return {
    kind: "paid",
    chargeId,
    amount,
    remaining: amount,
    expired: 0n,
    priority: terms.priority,
    expiresAt,
  };
}
