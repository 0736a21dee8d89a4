import { Changes } from "../domain/changes.ts";
import { debit } from "../domain/debit.ts";
import { type GrantTerms, grant } from "../domain/grant.ts";
import type { WalletId } from "../domain/ids.ts";
import { type Amount, fitsInto64Bits } from "../domain/money.ts";
import type { WalletLine } from "../domain/wallet.ts";
import { withoutCharge } from "../domain/wallet-change.ts";
import { writeOff } from "../domain/write-off.ts";
import type { Services } from "./services.ts";
import { type WalletUnknown, WalletWork } from "./wallet-work.ts";

export interface ByHand {
  readonly walletId: WalletId;
  /** More than 0. */
  readonly amount: Amount;
  readonly reason: string;
}

export interface GrantRequest extends ByHand, GrantTerms {}

export type Booked = { readonly kind: "booked"; readonly line: WalletLine };
export type AmountInvalid = { readonly kind: "amount_invalid" };

/** Lowers a wallet as far as value is available; what is not is recorded as uncovered. */
export async function debitByHand(
  services: Services,
  { walletId, amount, reason }: ByHand,
): Promise<Booked | WalletUnknown | AmountInvalid> {
  if (!isPositive(amount)) return { kind: "amount_invalid" };
  const policy = services.policies.current;
  return services.store.write(
    new WalletWork(walletId, (wallet, books, now): Booked => {
      const changes = new Changes(wallet, now);
      const change = debit(changes.wallet, withoutCharge(now, reason), amount);
      changes.add(change);
      changes.record(books, policy);
      return { kind: "booked", line: change.line };
    }),
  );
}

/** Gives a wallet a lot of its own. */
export async function grantByHand(
  services: Services,
  { walletId, reason, ...terms }: GrantRequest,
): Promise<Booked | WalletUnknown | AmountInvalid | { readonly kind: "expires_at_past" }> {
  if (!isPositive(terms.amount)) return { kind: "amount_invalid" };
  const policy = services.policies.current;
  return services.store.write(
    new WalletWork(walletId, (wallet, books, now): Booked | AmountInvalid | { kind: "expires_at_past" } => {
      if (terms.expiresAt !== null && terms.expiresAt <= now) return { kind: "expires_at_past" };
      const changes = new Changes(wallet, now);
      if (!fitsInto64Bits(changes.wallet.paid + changes.wallet.promo + terms.amount))
        return { kind: "amount_invalid" };
      const change = grant(changes.wallet, withoutCharge(now, reason), terms);
      changes.add(change);
      changes.record(books, policy);
      return { kind: "booked", line: change.line };
    }),
  );
}

export type RecoveryWrittenOff = { readonly kind: "written_off"; readonly lines: readonly WalletLine[] };

/** Forgives what is to be repaid, the oldest first. More than is open is refused: it would be a mistake. */
export async function writeOffRecovery(
  services: Services,
  { walletId, amount, reason }: ByHand,
): Promise<
  | RecoveryWrittenOff
  | WalletUnknown
  | AmountInvalid
  | { readonly kind: "exceeds_recovery"; readonly recovery: Amount }
> {
  if (!isPositive(amount)) return { kind: "amount_invalid" };
  const policy = services.policies.current;
  return services.store.write(
    new WalletWork(
      walletId,
      (wallet, books, now): RecoveryWrittenOff | { kind: "exceeds_recovery"; recovery: Amount } => {
        if (amount > wallet.recovery) return { kind: "exceeds_recovery", recovery: wallet.recovery };
        const changes = new Changes(wallet, now);
        const written = writeOff(changes.wallet, withoutCharge(now, reason), amount);
        for (const change of written) changes.add(change);
        changes.record(books, policy);
        return { kind: "written_off", lines: written.map(({ line }) => line) };
      },
      // Its lines are its charges': a neighbour may have read those without them.
      { alone: true },
    ),
  );
}

const isPositive = (amount: Amount): boolean => amount > 0n && fitsInto64Bits(amount);
