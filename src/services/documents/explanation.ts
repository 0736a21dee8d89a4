import { walletLineKinds } from "../../domain/book/journal.ts";
import { maximum } from "../../domain/money.ts";
import type { Lot } from "../../domain/wallet/wallet.ts";
import { chargeNoun } from "../../store/charges/nouns/charge.ts";
import { amount, count, list, object, oneOf, text, time } from "../../store/described/field.ts";
import { answer, extended } from "../../store/described/noun.ts";
import { entryNoun } from "../../store/ledger/nouns/entry.ts";
import { lotNoun } from "../../store/wallets/nouns/wallet.ts";
import type { ExplainedLot, Explanation, KindOfChange } from "../spending/wallets.ts";
import { eventSummary } from "./event.ts";

const change = answer<KindOfChange>()("KindOfChange", "What all lines of one kind did together.", () => ({
  kind: oneOf(walletLineKinds),
  lines: count,
  amount,
}));

/** Of the balance; its lots are a page beside it. */
export const explanationAnswer = answer<Explanation>()(
  "Explanation",
  "A balance at a time on our clock, and what made it.",
  (from) => ({
    walletId: from(text, ({ wallet }) => wallet.id),
    owner: from(text, ({ wallet }) => wallet.owner),
    currency: from(text, ({ wallet }) => wallet.currency),
    at: time,
    seq: count,
    balance: amount,
    held: amount,
    available: from(amount, ({ balance, held }) => maximum(0n, balance - held)),
    changes: list(object(change)).about("Their amounts sum to the balance."),
  }),
);

const openedBy = answer<ExplainedLot>()("LotOpening", "The line that opened a lot.", (from) => ({
  seq: from(count, ({ lot }) => lot.openedBy),
  kind: from(text, ({ opening }) => opening.kind),
  entryId: from(text, ({ opening }) => opening.id),
  reason: from(text.nullable, ({ opening }) => opening.reason),
}));

/** A lot with the entries that put it there: those of its charge, or the one that opened it. */
export const explainedLot = extended<ExplainedLot, Lot>(
  lotNoun,
  ({ lot }) => lot,
  answer<ExplainedLot>()("ExplainedLot", "A lot as it was then, and where it came from.", (from) => ({
    openedBy: from(object(openedBy), (explained) => explained),
    changes: list(object(change)),
    charge: from(object(chargeNoun).nullable, ({ charge }) => charge?.view ?? null),
    entries: from(list(object(entryNoun)), ({ charge, opening }) => {
      const entries = charge?.entries ?? [];
      return entries.some(({ id }) => id === opening.id) ? entries : [opening, ...entries];
    }),
    events: from(list(object(eventSummary)), ({ charge }) => charge?.events ?? []),
  })),
);
