import { Balances } from "../book/journal.ts";
import { type Amount, minimum } from "../money.ts";
import type { Wallet } from "./wallet.ts";
import { type Cause, changeWallet, type WalletChange } from "./wallet-change.ts";

/**
 * A person forgives what uncovered take-backs left to be repaid, the oldest first. Each charge gets a line of its own: if its
 * take-back is undone later, what was written off for it is found there. The balance stays as it is.
 */
export function writeOff(wallet: Wallet, cause: Cause, amount: Amount): WalletChange[] {
  const changes: WalletChange[] = [];
  let left = amount;
  for (const { chargeId, open } of wallet.recoveries) {
    const forgiven = minimum(open, left);
    if (forgiven === 0n) break;
    left -= forgiven;
    const before = changes.at(-1)?.wallet ?? wallet;
    changes.push(
      changeWallet(
        before,
        { ...cause, chargeId },
        {
          kind: "write_off",
          requested: forgiven,
          uncovered: forgiven,
          lotMoves: [],
          uncoveredMoves: [
            { chargeId, account: "recovery", amount: -forgiven },
            { chargeId, account: "write_off", amount: forgiven },
          ],
          against: new Balances(),
        },
      ),
    );
  }
  return changes;
}
