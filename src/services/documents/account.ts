import { entryKinds, type Posting } from "../../domain/book/journal.ts";
import { amount, oneOf, text, time } from "../../store/described/field.ts";
import { answer } from "../../store/described/noun.ts";
import type { LedgerLine } from "../../store/ledger/read/account-ledger.ts";

export const accountAnswer = answer<Posting>()(
  "Account",
  "What is on an account, in one currency.",
  (from) => ({
    account: text.example("assets:provider:paddle:default:balance"),
    currency: text,
    balance: from(amount.about("Debit is positive, credit negative."), (of) => of.amount),
  }),
);

export const ledgerLine = answer<LedgerLine>()(
  "LedgerLine",
  "What an entry posted to an account.",
  (from) => ({
    entryId: from(text.example("chg_txn_01hv8m0xq5~paddle.2"), ({ entry }) => entry.id),
    kind: from(oneOf(entryKinds), ({ entry }) => entry.kind),
    amount: amount.about("Debit is positive, credit negative."),
    balanceAfter: from(
      amount.about("What the account held then, by the clock that was asked for."),
      (line) => line.balance,
    ),
    chargeId: from(text.nullable, ({ entry }) => entry.chargeId),
    walletId: from(text.nullable, ({ entry }) => entry.walletId),
    payoutId: from(text.nullable, ({ entry }) => entry.payoutId),
    effectiveAt: from(time, ({ entry }) => entry.effectiveAt),
    postedAt: from(time, ({ entry }) => entry.postedAt),
    reason: from(text.nullable, ({ entry }) => entry.reason),
  }),
);
