import { accounts } from "../book/accounts.ts";
import { Balances } from "../book/journal.ts";
import type { Amount } from "../money.ts";
import type { Instant } from "../time.ts";
import type { Wallet } from "./wallet.ts";
import { type Cause, changeWallet, type WalletChange } from "./wallet-change.ts";

/** Value that a person gives to a wallet. */
export interface GrantTerms {
  readonly amount: Amount;
  /** Promo value costs us something; paid value was paid for elsewhere. */
  readonly kind: "promo" | "paid";
  /** Where paid value was paid: to our bank, or before these books began. */
  readonly source: "bank" | "opening";
  readonly priority: number;
  readonly expiresAt: Instant | null;
}

/** Opens a lot of its own. A grant repays no recovery: only top-ups do. */
export function grant(wallet: Wallet, cause: Cause, terms: GrantTerms): WalletChange {
  const { amount, kind, source, priority, expiresAt } = terms;
  const paidTo = source === "bank" ? accounts.bank : accounts.opening;
  const account = kind === "promo" ? accounts.promo : paidTo;
  return changeWallet(wallet, cause, {
    kind: "grant",
    requested: amount,
    uncovered: 0n,
    lotMoves: [],
    uncoveredMoves: [],
    newLots: [{ kind, chargeId: null, amount, remaining: amount, expired: 0n, priority, expiresAt }],
    against: new Balances().add(account, wallet.currency, amount),
  });
}
