import type { Books, ChargeRecord, PayoutRecord } from "../../domain/books.ts";
import type { ChargeId, PayoutId } from "../../domain/ids.ts";
import type { Work } from "../../store/batch/unit-of-work.ts";

/** Charges as a decision would see them, with all their facts and their statement lines; changes nothing. */
export function readingCharges(ids: readonly ChargeId[]): Work<ChargeRecord[]> {
  const known = (books: Books) => ids.flatMap((id) => books.knownCharge(id) ?? []);
  return {
    needs: { charges: ids, wholeHistory: true },
    walletNeeds: (books) =>
      known(books).flatMap(({ id, pin }) =>
        pin === null || pin.walletId === null ? [] : [{ wallet: pin.walletId, lots: true, charge: id }],
      ),
    decide: known,
  };
}

/** Payouts as a decision would see them; changes nothing. */
export const readingPayouts = (ids: readonly PayoutId[]): Work<PayoutRecord[]> => ({
  needs: { payouts: ids },
  decide: (books) => ids.flatMap((id) => books.knownPayout(id) ?? []),
});
