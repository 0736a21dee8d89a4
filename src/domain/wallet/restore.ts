import { accounts } from "../book/accounts.ts";
import { Balances } from "../book/journal.ts";
import { type Amount, sum } from "../money.ts";
import { giveBack } from "./give-back.ts";
import { takingsOf } from "./lots.ts";
import { undoUncovered } from "./recovery.ts";
import type { Wallet, WalletLine } from "./wallet.ts";
import { type ChargeCause, changeWallet, type WalletChange } from "./wallet-change.ts";
import { type BackKind, returnKinds } from "./wallet-steps.ts";

/**
 * T falls, or what was not sold turns out to be. First what is still open as recovery or was written off for this charge is undone, then other open
 * recoveries of the wallet; the rest goes back to the lots it came from, an expired one with the time it had left.
 */
export function restore(
  wallet: Wallet,
  cause: ChargeCause,
  {
    kind,
    amount,
    lines,
  }: { readonly kind: BackKind; readonly amount: Amount; readonly lines: readonly WalletLine[] },
): WalletChange {
  const undone = undoUncovered(wallet, cause.chargeId, amount, lines);
  const uncovered = -sum(undone.map((move) => move.amount));
  const back = giveBack(
    wallet,
    cause,
    amount - uncovered,
    takingsOf(lines, returnKinds, { wallet, chargeId: cause.chargeId }),
  );
  const against = new Balances()
    .add(accounts.soldIntoWallets, wallet.currency, amount)
    .add(accounts.breakage, wallet.currency, -back.expired);
  return changeWallet(wallet, cause, {
    kind,
    requested: amount,
    uncovered,
    lotMoves: back.moves,
    uncoveredMoves: undone,
    newLots: back.newLots,
    newExpiry: back.newExpiry,
    against,
  });
}
