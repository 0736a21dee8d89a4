import { accounts } from "../book/accounts.ts";
import { Balances } from "../book/journal.ts";
import { maximum, sum } from "../money.ts";
import type { LotPlan } from "../policy/lot-plans.ts";
import type { Instant } from "../time.ts";
import { paidLot } from "./lots.ts";
import { repay } from "./recovery.ts";
import type { Wallet } from "./wallet.ts";
import { type ChargeCause, changeWallet, type WalletChange } from "./wallet-change.ts";

/** S rises: what is open as recovery is repaid first, the rest becomes lots that expire counting from `settledAt`. */
export function topUp(
  wallet: Wallet,
  cause: ChargeCause,
  plans: readonly LotPlan[],
  settledAt: Instant,
): WalletChange {
  const requested = sum(plans.map((plan) => plan.amount));
  const repaid = repay(wallet, requested);
  let repaying = -sum(repaid.map((move) => move.amount));
  const newLots = plans.flatMap((plan) => {
    const kept = maximum(plan.amount - repaying, 0n);
    repaying -= plan.amount - kept;
    return kept === 0n ? [] : [paidLot(cause.chargeId, kept, plan, settledAt)];
  });
  const against = new Balances().add(accounts.soldIntoWallets, wallet.currency, requested);
  return changeWallet(wallet, cause, {
    kind: "top_up",
    requested,
    uncovered: 0n,
    lotMoves: [],
    uncoveredMoves: repaid,
    newLots,
    against,
  });
}
