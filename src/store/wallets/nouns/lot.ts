import type { ChargeId, LotId, WalletId } from "../../../domain/ids.ts";
import type { Lot } from "../../../domain/wallet/wallet.ts";
import { amount, count, oneOf, reference, textOf, time } from "../../described/field.ts";
import { described } from "../../described/noun.ts";

export const lotNoun = described<Lot>()(
  "Lot",
  "One top-up or grant inside a wallet, with what is left of it.",
  () => ({
    ordinal: count.untold.fixed,
    walletId: reference<WalletId>().untold.fixed,
    openedBy: count.untold.fixed,
    id: textOf<LotId>("wal_8c998803f8549369e33e058f.lot1").fixed,
    kind: oneOf<Lot["kind"]>(["paid", "promo"]).fixed,
    chargeId: reference<ChargeId>("chg_txn_01hv8m0xq5~paddle").nullable.fixed.about(
      "The charge that it came from.",
    ),
    amount: amount.fixed,
    remaining: amount,
    expired: amount,
    priority: count.about("The lowest is spent first."),
    expiresAt: time.nullable.about("From this moment on it can no longer be spent."),
  }),
);
