import type { ChargeRecord } from "../../src/domain/books.ts";
import { chargeId, type ObjectKey, type WalletId } from "../../src/domain/ids.ts";
import type { Wallet } from "../../src/domain/wallet/wallet.ts";
import type { Work } from "../../src/store/batch/unit-of-work.ts";

/** What {@link probing} reads. */
export interface Probed {
  readonly record: ChargeRecord;
  readonly wallet: Wallet | undefined;
}

/** Reads a charge and its wallet as a take-back would load them, and changes nothing. */
export function probing(key: ObjectKey, wallet: WalletId | null): Work<Probed> {
  const id = chargeId(key);
  return {
    needs: { charges: [id] },
    walletNeeds: () => (wallet === null ? [] : [{ wallet, lots: true, charge: id }]),
    decide: (books) => ({
      record: books.charge(id, key),
      wallet: wallet === null ? undefined : books.wallet(wallet),
    }),
  };
}
