import type { Settled } from "../../domain/book/settled.ts";
import { amount, text } from "../../store/described/field.ts";
import { answer } from "../../store/described/noun.ts";

/** Of a charge or of a movement: what leaves our balance is negative, so that the sum of all is what the ledger holds. */
export const settlement = answer<Settled>()(
  "Settlement",
  "What the provider settles, in its currency, as it changes our balance: what leaves is negative. net = gross − tax − fee − dispute_fee.",
  (from) => ({
    currency: text,
    gross: amount,
    tax: amount.nullable.about("What the provider withholds; null where we are the seller."),
    fee: amount.nullable.about("All fees but that of a dispute."),
    fxFee: amount.nullable.about("Of the fee, what an exchange costs; null where it is not stated."),
    retainedFee: amount.nullable.about("Of the fee, what the provider keeps; null where it is not stated."),
    disputeFee: amount.nullable,
    net: amount.nullable,
    exchangeRate: text.nullable,
    payoutRef: from(text.nullable, () => null),
  }),
);
