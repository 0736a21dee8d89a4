import { walletLineKinds } from "../../domain/book/journal.ts";
import type { Month } from "../../domain/local-calendar.ts";
import { maximum } from "../../domain/money.ts";
import { limitPeriods } from "../../domain/spending/limit.ts";
import type { Lot } from "../../domain/wallet/wallet.ts";
import { chargeNoun } from "../../store/charges/nouns/charge.ts";
import type { OwnedCustomer, OwnerView } from "../../store/charges/read/owners.ts";
import {
  amount,
  count,
  list,
  object,
  oneOf,
  type Tellable,
  text,
  time,
} from "../../store/described/field.ts";
import { answer, extended } from "../../store/described/noun.ts";
import { entryNoun } from "../../store/ledger/nouns/entry.ts";
import { lotNoun, type StatementLine, walletLineNoun, walletNoun } from "../../store/wallets/nouns/wallet.ts";
import type { LimitStanding } from "../../store/wallets/read/limits.ts";
import type { WalletAt } from "../../store/wallets/read/wallets.ts";
import type { ExplainedLot, Explanation, KindOfChange, Uncovered } from "../spending/wallets.ts";
import { eventSummary } from "./event.ts";

export const limitAnswer = answer<LimitStanding>()(
  "Limit",
  "What an owner may spend in a period at most.",
  (from) => ({
    id: text.example("acme-day").about("As the app calls it."),
    owner: text,
    meter: text.nullable.about("Null: of whatever is spent."),
    member: text.nullable.about("Who of those that spend for the owner; null: all of them."),
    period: oneOf(limitPeriods),
    zone: text.about("Where days and months begin."),
    amount,
    currency: text.example("USD"),
    from: from(
      time.about("What happened before is neither counted nor limited."),
      ({ startsAt }) => startsAt,
    ),
    periodAt: time.about("When the period that is now began."),
    counted: amount.about("Of this period: what was covered, and what open holds reserve."),
    left: amount,
  }),
);

const customer = answer<OwnedCustomer>()("OwnedCustomer", "A customer of a provider's.", () => ({
  provider: text,
  account: text,
  customerRef: text.example("ctm_01h"),
  linkedAt: time.nullable.about("When somebody linked it; null where its charges say whose it is."),
}));

export const ownerAnswer = answer<OwnerView>()("Owner", "What an owner has.", () => ({
  owner: text.about("The app's own key for its customer."),
  wallets: list(object(walletNoun)).about("By currency; none of somebody who never had value."),
  customers: list(object(customer)),
  limits: list(object(limitAnswer)).about("By their ids."),
}));

/** Of a moment that has passed: what was held or pending then is not kept. */
export function walletAtJson(wallet: WalletAt): Record<string, unknown> {
  const unkept = { held: 0n, pending: "0", lotCount: 0, holdCount: 0, limitCount: 0, nextExpiryAt: null };
  return { ...walletNoun.toJson({ ...wallet, ...unkept }), held: null, available: null, pending: null };
}

const ofWallet = answer<StatementLine>()("OfWallet", "Whose line it is.", () => ({
  walletId: text.example("wal_8c998803f8549369e33e058f"),
}));

/** A line that was booked just now, with its wallet. */
export const bookedLine: Tellable<StatementLine> = {
  ...extended<StatementLine, StatementLine>(ofWallet, (line) => line, walletLineNoun),
  name: "BookedLine",
};

export const bookedLines = answer<{ readonly data: readonly StatementLine[] }>()(
  "BookedLines",
  "Lines that were booked just now.",
  () => ({ data: list(object(bookedLine)) }),
);

export const uncoveredAnswer = answer<Uncovered>()(
  "Uncovered",
  "What no value paid for, of one owner, kind and meter; below zero where it undoes what earlier lines left.",
  () => ({
    owner: text,
    currency: text,
    kind: oneOf(walletLineKinds),
    meter: text.nullable,
    count: count.about("How many usages or statement lines it was."),
    uncovered: amount,
  }),
);

export const reportedMonth = answer<Month>()("ReportedMonth", "The month of a report.", (from) => ({
  month: from(text.example("2026-10"), ({ name }) => name),
  zone: text,
}));

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
