import { accounts } from "../book/accounts.ts";
import { Balances } from "../book/journal.ts";
import { type Amount, minimum, sum } from "../money.ts";
import { type GivenBack, giveBack } from "./give-back.ts";
import { draw, inSpendOrder, type Taking, takingsOf } from "./lots.ts";
import { availableOf, type LotMove, type Wallet, type WalletLine } from "./wallet.ts";
import { type Cause, type ChargeCause, changeWallet, type WalletChange } from "./wallet-change.ts";

/** A settled `debit` line or a person lowers the wallet once, as far as value is there that is not held; the rest is recorded. */
export function debit(wallet: Wallet, cause: Cause, amount: Amount): WalletChange {
  const { moves, drawn } = draw(inSpendOrder(wallet.lots), minimum(amount, availableOf(wallet)), "remaining");
  return changeWallet(wallet, cause, {
    kind: "debit",
    requested: amount,
    uncovered: amount - drawn,
    lotMoves: moves,
    uncoveredMoves: [],
    against: usedFrom(wallet, moves),
  });
}

/** A refund gives a `debit` line's value back: first what was never covered, then to the lots it came from. */
export function reverseDebit(
  wallet: Wallet,
  cause: ChargeCause,
  amount: Amount,
  lines: readonly WalletLine[],
): WalletChange {
  const signed = (line: WalletLine) =>
    line.kind === "debit" ? line.uncovered : line.kind === "debit_reversal" ? -line.uncovered : 0n;
  const open = sum(lines.filter((line) => line.chargeId === cause.chargeId).map(signed));
  const uncovered = minimum(open, amount);
  const takings = takingsOf(lines, ["debit", "debit_reversal"], { wallet, chargeId: cause.chargeId });
  return giveUsedBack(wallet, cause, { kind: "debit_reversal", requested: amount, uncovered, takings });
}

/** Undoes what was used: what was never covered is undone by itself, the rest goes back to the lots it was taken from. */
export function giveUsedBack(
  wallet: Wallet,
  cause: Cause,
  {
    takings,
    ...undone
  }: {
    readonly kind: "debit_reversal" | "usage_reversal";
    readonly requested: Amount;
    readonly uncovered: Amount;
    readonly takings: readonly Taking[];
    /** The line that it undoes. */
    readonly reverses?: number;
  },
): WalletChange {
  const back = giveBack(wallet, cause, undone.requested - undone.uncovered, takings);
  return changeWallet(wallet, cause, {
    ...undone,
    lotMoves: back.moves,
    uncoveredMoves: [],
    newLots: back.newLots,
    newExpiry: back.newExpiry,
    against: usedBack(wallet, back),
  });
}

/** What goes back to lots, as revenue that is no longer one; what no lot is owed is paid value. */
function usedBack(wallet: Wallet, { moves, newLots }: GivenBack): Balances {
  const unowed = sum(newLots.map((lot) => lot.amount));
  return usedFrom(wallet, moves).add(accounts.usagePaid, wallet.currency, unowed);
}

/** What was taken from lots, as revenue: of the kind that each lot is. */
export function usedFrom(wallet: Wallet, moves: readonly LotMove[]): Balances {
  const against = new Balances();
  for (const move of moves) {
    const lot = wallet.lots.find((candidate) => candidate.ordinal === move.ordinal);
    against.add(
      lot?.kind === "promo" ? accounts.usagePromo : accounts.usagePaid,
      wallet.currency,
      move.remaining,
    );
  }
  return against;
}
