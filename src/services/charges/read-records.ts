import type { Books, ChargeRecord, PayoutRecord } from "../../domain/books.ts";
import type { ChargeId, PayoutId } from "../../domain/ids.ts";
import type { Needs, WalletNeed, Work } from "../../store/batch/unit-of-work.ts";

/** Charges as a decision would see them, with all their facts and their statement lines; changes nothing. */
export class ReadCharges implements Work<ChargeRecord[]> {
  readonly needs: Needs;
  readonly #ids: readonly ChargeId[];

  constructor(ids: readonly ChargeId[]) {
    this.#ids = ids;
    this.needs = { charges: ids, wholeHistory: true };
  }

  walletNeeds(books: Books): readonly WalletNeed[] {
    return this.decide(books).flatMap(({ id, pin }) =>
      pin === null || pin.walletId === null ? [] : [{ wallet: pin.walletId, lots: true, charge: id }],
    );
  }

  decide(books: Books): ChargeRecord[] {
    return this.#ids.flatMap((id) => books.knownCharge(id) ?? []);
  }
}

/** Payouts as a decision would see them; changes nothing. */
export class ReadPayouts implements Work<PayoutRecord[]> {
  readonly needs: Needs;
  readonly #ids: readonly PayoutId[];

  constructor(ids: readonly PayoutId[]) {
    this.#ids = ids;
    this.needs = { payouts: ids };
  }

  walletNeeds(): readonly WalletNeed[] {
    return [];
  }

  decide(books: Books): PayoutRecord[] {
    return this.#ids.flatMap((id) => books.knownPayout(id) ?? []);
  }
}
