import type { Settled } from "../../../domain/book/settled.ts";
import { amount, text } from "../../described/field.ts";
import { answer } from "../../described/noun.ts";

/** What is settled, and which payout pays it out. */
export interface SettledIn extends Settled {
  readonly payoutRef: string | null;
}

/** Of a charge or of a movement: what leaves our balance is negative, so that the sum of all is what the ledger holds. */
export const settlement = answer<SettledIn>()(
  "Settlement",
  "What the provider settles, in its currency, as it changes our balance: what leaves is negative. net = gross − tax − fee − dispute_fee.",
  () => ({
    currency: text,
    gross: amount,
    tax: amount.nullable.about("What the provider withholds; null where we are the seller."),
    fee: amount.nullable.about("All fees but that of a dispute."),
    fxFee: amount.nullable.about("Of the fee, what an exchange costs; null where it is not stated."),
    retainedFee: amount.nullable.about("Of the fee, what the provider keeps; null where it is not stated."),
    disputeFee: amount.nullable,
    net: amount.nullable,
    exchangeRate: text.nullable,
    payoutRef: text.nullable.about("The payout that pays it out, as far as a report or a list says so."),
  }),
);
