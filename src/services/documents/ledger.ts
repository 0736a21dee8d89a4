import { entryKinds, type Posting } from "../../domain/book/journal.ts";
import type { Amount } from "../../domain/money.ts";
import { amount, flag, list, object, oneOf, text, time, told } from "../../store/described/field.ts";
import { answer } from "../../store/described/noun.ts";
import type { LedgerLine } from "../../store/ledger/read/account-ledger.ts";
import type { RolledForward, RollForwardOptions } from "../export/rollforward.ts";
import { bothClocks } from "./parameters.ts";

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

const lines = told<Readonly<Record<string, Amount>>>(
  {
    type: "object",
    additionalProperties: { type: "string" },
    description: "What came is positive, what went is negative.",
  },
  (all) => Object.fromEntries(Object.entries(all).map(([line, moved]) => [line, moved.toString()])),
);

const block = answer<RolledForward>()(
  "RollForwardBlock",
  "How one thing came from what it was to what it is, in one currency.",
  () => ({
    of: text,
    clock: oneOf(bothClocks),
    provider: text.nullable,
    account: text.nullable,
    currency: text,
    opening: amount,
    lines,
    closing: amount,
    ofWhichTax: amount.nullable.about(
      "Of `wallets_paid`: what of the closing is tax. Of what was left of each charge's top-up, the share that tax has in its lines that top up, rounded down; 0 under `net_of_tax`, and of grants.",
    ),
    ties: flag.about("Whether opening and lines make the closing."),
  }),
);

interface RolledMonth extends RollForwardOptions {
  readonly rolled: readonly RolledForward[];
}

export const rollForwardAnswer = answer<RolledMonth>()("RollForward", "A month, block by block.", (from) => ({
  name: from(text.named("month").example("2026-10"), ({ month }) => month.name),
  zone: from(text, ({ month }) => month.zone),
  from: from(time, ({ month }) => month.from),
  to: from(time, ({ month }) => month.to),
  ties: from(flag.about("Whether every block does."), ({ rolled }) => rolled.every(({ ties }) => ties)),
  data: from(list(object(block)), ({ rolled }) => rolled),
}));

/** One line of the file for each line of the report, with the opening before and the closing after them, and what of it is tax. */
export function rollForwardLines({ month }: RollForwardOptions, rolled: readonly RolledForward[]) {
  return rolled.flatMap(({ opening, lines, closing, ofWhichTax, ...one }) => {
    const { of, clock, provider, account, currency } = one;
    const named = { month: month.name, zone: month.zone, of, clock, provider, account, currency };
    const ofWhich = ofWhichTax === null ? {} : { of_which_tax: ofWhichTax };
    return Object.entries({ opening, ...lines, closing, ...ofWhich }).map(([line, moved]) => ({
      ...named,
      line,
      amount: moved.toString(),
    }));
  });
}
