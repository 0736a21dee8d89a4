import type { ChargeId } from "../ids.ts";
import { type Amount, minimum, sum } from "../money.ts";
import type { UncoveredMove, Wallet, WalletLine } from "./wallet.ts";

/** Repays open recoveries of the wallet, the oldest first. */
export function repay(wallet: Wallet, upTo: Amount): UncoveredMove[] {
  let left = upTo;
  return wallet.recoveries.flatMap(({ chargeId, open }) => {
    const amount = minimum(open, left);
    left -= amount;
    return amount === 0n ? [] : [{ chargeId, account: "recovery" as const, amount: -amount }];
  });
}

/** Undoes what no value covers of a charge: its own recovery, what was written off for it, then other open recoveries. */
export function undoUncovered(
  wallet: Wallet,
  chargeId: ChargeId,
  upTo: Amount,
  lines: readonly WalletLine[],
): UncoveredMove[] {
  const moves = lines.flatMap((line) => line.uncoveredMoves).filter((move) => move.chargeId === chargeId);
  const writtenOff = sum(moves.filter((move) => move.account === "write_off").map((move) => move.amount));
  const own = wallet.recoveries.filter((recovery) => recovery.chargeId === chargeId);
  const others = wallet.recoveries.filter((recovery) => recovery.chargeId !== chargeId);
  const ownRecovery = repay({ ...wallet, recoveries: own }, upTo);
  const afterOwn = upTo + sum(ownRecovery.map((move) => move.amount));
  const ownWriteOff = minimum(writtenOff, afterOwn);
  const writeOff =
    ownWriteOff === 0n ? [] : [{ chargeId, account: "write_off" as const, amount: -ownWriteOff }];
  return [...ownRecovery, ...writeOff, ...repay({ ...wallet, recoveries: others }, afterOwn - ownWriteOff)];
}
