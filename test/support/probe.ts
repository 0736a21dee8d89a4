import type { Books, ChargeRecord } from "../../src/domain/books.ts";
import { chargeId, type ObjectKey, type WalletId } from "../../src/domain/ids.ts";
import type { Wallet } from "../../src/domain/wallet/wallet.ts";
import type { Needs, WalletNeed, Work } from "../../src/store/batch/unit-of-work.ts";

/** What {@link Probe} reads. */
export interface Probed {
  readonly record: ChargeRecord;
  readonly wallet: Wallet | undefined;
}

/** Reads a charge and its wallet as a take-back would load them, and changes nothing. */
export class Probe implements Work<Probed> {
  readonly needs: Needs;
  readonly #key: ObjectKey;
  readonly #wallet: WalletId | null;

  constructor(key: ObjectKey, wallet: WalletId | null) {
    this.#key = key;
    this.#wallet = wallet;
    this.needs = { charges: [chargeId(key)] };
  }

  walletNeeds(): readonly WalletNeed[] {
    return this.#wallet === null ? [] : [{ wallet: this.#wallet, lots: true, charge: chargeId(this.#key) }];
  }

  decide(books: Books): Probed {
    const record = books.charge(chargeId(this.#key), this.#key);
    return { record, wallet: this.#wallet === null ? undefined : books.wallet(this.#wallet) };
  }
}
