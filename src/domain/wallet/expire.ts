import { accounts } from "../book/accounts.ts";
import { Balances } from "../book/journal.ts";
import { draw, inSpendOrder, isDue } from "./lots.ts";
import { availableOf, type Wallet } from "./wallet.ts";
import { type Cause, changeWallet, type WalletChange } from "./wallet-change.ts";

/** What is past its time expires, as far as it is not held; `null` if nothing is due. */
export function expire(wallet: Wallet, cause: Cause): WalletChange | null {
  const due = inSpendOrder(wallet.lots).filter((lot) => isDue(lot, cause.postedAt));
  const { moves, drawn } = draw(due, availableOf(wallet), "remaining");
  if (drawn === 0n) return null;
  const promo = new Set(due.filter((lot) => lot.kind === "promo").map((lot) => lot.ordinal));
  const against = new Balances();
  for (const move of moves) {
    against.add(
      promo.has(move.ordinal) ? accounts.promo : accounts.breakage,
      wallet.currency,
      move.remaining,
    );
  }
  const lotMoves = moves.map((move) => ({ ...move, expired: -move.remaining }));
  return changeWallet(wallet, cause, {
    kind: "expiry",
    requested: drawn,
    uncovered: 0n,
    lotMoves,
    uncoveredMoves: [],
    against,
  });
}
