import { Balances } from "../book/journal.ts";
import type { PastLine } from "../books.ts";
import { minimum } from "../money.ts";
import type { Instant } from "../time.ts";
import { giveUsedBack } from "./debit.ts";
import { draw, takingsWithin } from "./lots.ts";
import { availableOf, type Wallet, type WalletLine } from "./wallet.ts";
import { type Cause, changeWallet, type WalletChange, walletAccounts } from "./wallet-change.ts";
import type { BackKind, OutKind } from "./wallet-steps.ts";

/** Undoes a debit by hand: what was never covered is no longer requested, the rest goes back to the lots it came from. */
export function undoDebit(wallet: Wallet, cause: Cause, line: WalletLine): WalletChange {
  const takings = takingsWithin(line, { from: 0n, to: line.covered });
  const { requested, uncovered, seq: reverses } = line;
  return giveUsedBack(wallet, cause, { kind: "debit_reversal", requested, uncovered, takings, reverses });
}

/**
 * Undoes a grant as far as its lot still has it and it is not held; what was spent or has expired stays so, and is the
 * uncovered part. `null` if nothing is left to take: a line that does nothing would only look as if it had.
 */
export function undoGrant(wallet: Wallet, cause: Cause, { line, postings }: PastLine): WalletChange | null {
  const lots = wallet.lots.filter((lot) => lot.openedBy === line.seq);
  const { moves, drawn } = draw(lots, minimum(line.requested, availableOf(wallet)), "remaining");
  if (drawn === 0n) return null;
  // The only debit of a grant's entry is what the value was given for.
  const given = postings.filter(({ amount }) => amount > 0n);
  const against = new Balances();
  for (const { account, currency } of given) against.add(account, currency, -drawn);
  return changeWallet(wallet, cause, {
    kind: "grant_reversal",
    requested: line.requested,
    uncovered: line.requested - drawn,
    lotMoves: moves,
    uncoveredMoves: [],
    reverses: line.seq,
    against,
  });
}

/** The opposite of a change that was made just now: every lot, and every account of what was not covered, is as `before` it. */
export function undoAtOnce(
  before: Wallet,
  { wallet, line, entry }: WalletChange,
  cause: Cause,
  kind: OutKind | BackKind | "debit" | "debit_reversal",
): WalletChange {
  const expiries = before.lots.flatMap(({ ordinal, expiresAt }): [number, Instant][] =>
    expiresAt === null ? [] : [[ordinal, expiresAt]],
  );
  const { requested, uncovered, seq: reverses } = line;
  const own = Object.values(walletAccounts(wallet.id)) as string[];
  const against = Balances.of(entry.postings.filter(({ account }) => !own.includes(account))).negated();
  return changeWallet(wallet, cause, {
    kind,
    requested,
    uncovered,
    lotMoves: line.lotMoves.map((move) => ({ ...move, remaining: -move.remaining, expired: -move.expired })),
    uncoveredMoves: line.uncoveredMoves.map((move) => ({ ...move, amount: -move.amount })),
    newExpiry: new Map(expiries),
    reverses,
    against,
  });
}
