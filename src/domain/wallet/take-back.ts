import { accounts } from "../book/accounts.ts";
import { Balances } from "../book/journal.ts";
import type { Amount } from "../money.ts";
import type { UncoveredAccount } from "../policy/policy.ts";
import { draw, inSpendOrder } from "./lots.ts";
import type { Wallet } from "./wallet.ts";
import { type ChargeCause, changeWallet, type WalletChange } from "./wallet-change.ts";
import type { OutKind } from "./wallet-steps.ts";

/**
 * T rises, or what was sold turns out not to be. It draws on what is left of the charge's own lots, then on what of them had expired (no debt arises from
 * that), then on the wallet's other paid lots; the rest is uncovered. Promo value is never taken, held value can be.
 */
export function takeBack(
  wallet: Wallet,
  cause: ChargeCause,
  {
    kind,
    amount,
    onUncovered,
  }: { readonly kind: OutKind; readonly amount: Amount; readonly onUncovered: UncoveredAccount },
): WalletChange {
  const paid = inSpendOrder(wallet.lots.filter((lot) => lot.kind === "paid"));
  const own = paid.filter((lot) => lot.chargeId === cause.chargeId);
  const others = paid.filter((lot) => lot.chargeId !== cause.chargeId);
  const left = draw(own, amount, "remaining");
  const expired = draw(own, amount - left.drawn, "expired");
  const elsewhere = draw(others, amount - left.drawn - expired.drawn, "remaining");
  const uncovered = amount - left.drawn - expired.drawn - elsewhere.drawn;
  const account = onUncovered === "recover" ? "recovery" : "write_off";
  const against = new Balances()
    .add(accounts.soldIntoWallets, wallet.currency, -amount)
    .add(accounts.breakage, wallet.currency, expired.drawn);
  return changeWallet(wallet, cause, {
    kind,
    requested: amount,
    uncovered,
    lotMoves: [...left.moves, ...expired.moves, ...elsewhere.moves],
    uncoveredMoves: uncovered === 0n ? [] : [{ chargeId: cause.chargeId, account, amount: uncovered }],
    against,
  });
}
