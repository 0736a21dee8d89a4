import type { Hold } from "../../domain/spending/hold.ts";
import type { Usage } from "../../domain/spending/usage.ts";
import { amount, list, object, oneOf, text } from "../../store/described/field.ts";
import { answer, extended } from "../../store/described/noun.ts";
import { holdNoun } from "../../store/wallets/nouns/spending.ts";
import type { Quote, Refundable } from "../spending/dry-run.ts";
import type { UsageResult } from "../spending/usage.ts";

/** What became of one event of a batch. `id` is null if the event had none that can be read. */
interface ToldResult {
  readonly id: string | null;
  readonly outcome: UsageResult["outcome"];
  readonly usage: Usage | null;
  readonly reason: string | null;
  readonly detail: string | null;
}

/** Why an id was used before, where its wallet has not. */
export const usedElsewhere =
  "Another wallet used this id: ids are unique in the whole database, so let them contain the customer.";

export function resultOf(result: UsageResult): ToldResult {
  const none = { id: result.id, outcome: result.outcome, usage: null, reason: null, detail: null };
  switch (result.outcome) {
    case "applied":
    case "duplicate":
      return { ...none, usage: result.usage };
    case "conflict":
      return {
        ...none,
        reason: "id_used_for_other_content",
        detail: result.isElsewhere ? usedElsewhere : null,
      };
    case "rejected":
      return { ...none, reason: result.reason };
    default:
      return result satisfies never;
  }
}

/** One that cannot be read. */
export const rejected = (id: string | null, detail: string): ToldResult => ({
  id,
  outcome: "rejected",
  usage: null,
  reason: "event_invalid",
  detail,
});

export const usageResult = answer<ToldResult>()(
  "UsageResult",
  "What became of one event. A duplicate repeats the first result; what is rejected or conflicts had no effect.",
  (from) => ({
    id: text.nullable,
    outcome: oneOf(["applied", "duplicate", "conflict", "rejected"]),
    requested: from(amount.nullable, ({ usage }) => usage?.requested ?? null),
    covered: from(amount.nullable, ({ usage }) => usage?.covered ?? null),
    uncovered: from(amount.nullable, ({ usage }) => usage?.uncovered ?? null),
    limited: from(amount.nullable, ({ usage }) => usage?.limited ?? null),
    limitId: from(text.nullable, ({ usage }) => usage?.limitId ?? null),
    balance: from(amount.nullable, ({ usage }) => usage?.balanceAfter ?? null),
    reason: text.nullable,
    detail: text.nullable,
  }),
);

export const usageResults = answer<{ readonly data: readonly ToldResult[] }>()(
  "UsageResults",
  "A result for each event, in order.",
  () => ({ data: list(object(usageResult)) }),
);

/** A settled hold, and what its balance decided. */
export const settledHold = extended<{ readonly hold: Hold; readonly usage: Usage }, Hold>(
  holdNoun,
  ({ hold }) => hold,
  answer<{ readonly hold: Hold; readonly usage: Usage }>()(
    "SettledHold",
    "A settled hold, and what its balance decided.",
    (from) => ({
      requested: from(amount, ({ usage }) => usage.requested),
      covered: from(amount, ({ usage }) => usage.covered),
      uncovered: from(amount, ({ usage }) => usage.uncovered),
      limited: from(
        amount.about("What of the uncovered value would have covered, but for a limit."),
        ({ usage }) => usage.limited,
      ),
      limitId: from(text.nullable, ({ usage }) => usage.limitId),
      balance: from(amount, ({ usage }) => usage.balanceAfter),
    }),
  ),
);

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
