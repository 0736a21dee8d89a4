import type { WalletId } from "../../../domain/ids.ts";
import { maximum } from "../../../domain/money.ts";
import type { Wallet } from "../../../domain/wallet/wallet.ts";
import { amount, count, ownNumber, text, textOf, time } from "../../described/field.ts";
import { described } from "../../described/noun.ts";

/** A wallet without the lots, recoveries and limits that are read beside it. */
export type WalletTotals = Omit<Wallet, "lots" | "recoveries" | "limits">;

export const walletNoun = described<WalletTotals>()(
  "Wallet",
  "One owner's prepaid value in one currency.",
  (from) => ({
    no: from(ownNumber, ({ id }) => id),
    id: textOf<WalletId>("wal_8c998803f8549369e33e058f").fixed,
    owner: text.fixed.personal.about("The app's own key for its customer."),
    currency: text.fixed,
    balance: from(amount, ({ paid, promo }) => paid + promo),
    held: amount.about("Reserved by open holds, and still part of the balance."),
    available: from(amount.unkept.about("What can be spent: the balance without what is held."), (wallet) =>
      maximum(0n, wallet.paid + wallet.promo - wallet.held),
    ),
    paid: amount.about("Of the balance, what was paid for."),
    promo: amount.about("Of the balance, what was given."),
    recovery: amount.about("What take-backs could not cover, and later top-ups repay first."),
    pending: text.ofMinorUnits.about(
      "Metered cost below one minor unit: an exact decimal, 0 or more and below 1.",
    ),
    seq: count.about("Number of the last line of the statement."),
    lotCount: count.untold,
    holdCount: count.untold,
    limitCount: count.untold,
    nextExpiryAt: time.nullable.untold,
  }),
);
