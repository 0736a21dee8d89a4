import { amount, list, object, text } from "../../store/described/field.ts";
import { answer } from "../../store/described/noun.ts";
import type { Quote, Refundable } from "../spending/dry-run.ts";

const quotedLot = answer<Quote["lots"][number]>()("QuotedLot", "What one lot would pay.", () => ({
  lotId: text.example("wal_8c998803f8549369e33e058f.lot1"),
  amount,
}));

export const quoteAnswer = answer<Quote>()("Quote", "What a wallet would pay now.", () => ({
  walletId: text.example("wal_8c998803f8549369e33e058f"),
  requested: amount.about("What is covered and what is uncovered, together."),
  covered: amount,
  uncovered: amount.about("What no value would pay for."),
  limited: amount.about("What of the uncovered value would cover, but for a limit."),
  limitId: text.nullable.about("The limit that leaves the least; null if none keeps anything."),
  balanceAfter: amount,
  lots: list(object(quotedLot)).about("In the order in which they would be drawn on."),
}));

export const refundableAnswer = answer<Refundable>()(
  "Refundable",
  "What a full refund would find in the wallet now; the parts sum to what is open.",
  () => ({
    walletId: text.nullable,
    open: amount.about("What the charge topped up and is not taken back yet."),
    fromOwnLots: amount.about("What is left of the charge's own lots."),
    fromExpired: amount.about("What of them had expired: no debt arises."),
    fromOtherLots: amount.about("What the wallet's other paid value would pay."),
    uncovered: amount.about("What nobody would pay: a loss, or to be recovered."),
  }),
);
