import type { Books } from "../../domain/books.ts";
import { Changes } from "../../domain/changes.ts";
import type { WalletId } from "../../domain/ids.ts";
import { type Amount, fitsInto64Bits } from "../../domain/money.ts";
import type { Policy } from "../../domain/policy/policy.ts";
import { debit } from "../../domain/wallet/debit.ts";
import { type GrantTerms, grant } from "../../domain/wallet/grant.ts";
import { balanceOf, type WalletLine } from "../../domain/wallet/wallet.ts";
import { type WalletChange, withoutCharge } from "../../domain/wallet/wallet-change.ts";
import { writeOff } from "../../domain/wallet/write-off.ts";
import type { Services } from "../services.ts";
import { WalletWork } from "./wallet-work.ts";

export interface ByHand {
  readonly walletId: WalletId;
  /** More than 0. */
  readonly amount: Amount;
  readonly reason: string;
}

export interface GrantRequest extends ByHand, GrantTerms {}

export type Booked = { readonly kind: "booked"; readonly line: WalletLine };
export type WalletUnknown = { readonly kind: "wallet_unknown" };
/** It is not more than 0, or the wallet could not hold it. */
export type AmountInvalid = { readonly kind: "amount_invalid" };

const unknown: WalletUnknown = { kind: "wallet_unknown" };

/** Lowers a wallet as far as value is available; what is not is recorded as uncovered. */
export async function debitByHand(
  { store, policies }: Services,
  { walletId, amount, reason }: ByHand,
): Promise<Booked | WalletUnknown | AmountInvalid> {
  if (!isPositive(amount)) return { kind: "amount_invalid" };
  return store.write(
    new WalletWork<Booked | WalletUnknown>(walletId, { unknown }, (wallet, books, now) => {
      const changes = new Changes(wallet, now);
      return book(
        books,
        changes,
        debit(changes.wallet, withoutCharge(now, reason), amount),
        policies.current,
      );
    }),
  );
}

export type Granted = Booked | WalletUnknown | AmountInvalid | { readonly kind: "expires_at_past" };

/** Gives a wallet a lot of its own. */
export async function grantByHand(
  { store, policies }: Services,
  { walletId, reason, ...terms }: GrantRequest,
): Promise<Granted> {
  if (!isPositive(terms.amount)) return { kind: "amount_invalid" };
  return store.write(
    new WalletWork<Granted>(walletId, { unknown }, (wallet, books, now) => {
      if (terms.expiresAt !== null && terms.expiresAt <= now) return { kind: "expires_at_past" };
      const changes = new Changes(wallet, now);
      if (!fitsInto64Bits(balanceOf(changes.wallet) + terms.amount)) return { kind: "amount_invalid" };
      return book(books, changes, grant(changes.wallet, withoutCharge(now, reason), terms), policies.current);
    }),
  );
}

export type RecoveryWrittenOff =
  | { readonly kind: "written_off"; readonly lines: readonly WalletLine[] }
  | WalletUnknown
  | AmountInvalid
  /** More than is open would be a mistake: nothing happens. */
  | { readonly kind: "exceeds_recovery"; readonly recovery: Amount };

/** Forgives what is to be repaid, the oldest first. */
export async function writeOffRecovery(
  { store, policies }: Services,
  { walletId, amount, reason }: ByHand,
): Promise<RecoveryWrittenOff> {
  if (!isPositive(amount)) return { kind: "amount_invalid" };
  // Its lines are its charges': a neighbour may have read those without them.
  const options = { unknown, alone: true };
  return store.write(
    new WalletWork<RecoveryWrittenOff>(walletId, options, (wallet, books, now) => {
      if (amount > wallet.recovery) return { kind: "exceeds_recovery", recovery: wallet.recovery };
      const changes = new Changes(wallet, now);
      const written = writeOff(changes.wallet, withoutCharge(now, reason), amount);
      for (const change of written) changes.add(change);
      changes.record(books, policies.current);
      return { kind: "written_off", lines: written.map(({ line }) => line) };
    }),
  );
}

function book(books: Books, changes: Changes, change: WalletChange, policy: Policy): Booked {
  changes.add(change);
  changes.record(books, policy);
  return { kind: "booked", line: change.line };
}

const isPositive = (amount: Amount): boolean => amount > 0n && fitsInto64Bits(amount);
