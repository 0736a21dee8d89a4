import { correctable, toldKinds } from "../domain/book/journal.ts";
import type { MessageType } from "../domain/books.ts";
import { reversals } from "../domain/charge/charge.ts";
import { accountStates } from "../domain/reconciling/account-verdict.ts";
import { levels } from "../domain/reconciling/level.ts";
import {
  amount,
  count,
  type Field,
  flag,
  list,
  object,
  oneOf,
  type Schema,
  text,
  time,
} from "../store/described/field.ts";
import { schemaOf } from "../store/described/noun.ts";
import { detail } from "../store/reconciling/nouns/discrepancy.ts";
import { stated } from "../store/reconciling/nouns/run.ts";

// biome-ignore lint/suspicious/noExplicitAny: fields of whatever values.
type Fields = Readonly<Record<string, Field<any, unknown>>>;

export interface DescribedMessage {
  readonly type: MessageType;
  readonly about: string;
  /** What it is about, and the whole of what is sent. */
  readonly data: Schema;
  readonly body: Schema;
}

const line = {
  walletId: text.example("wal_8c998803f8549369e33e058f"),
  owner: text,
  currency: text,
  seq: count.about("Rises by one with each line of the wallet's statement."),
};

const charge = {
  chargeId: text.example("chg_txn_01hv8m0xq5~paddle"),
  provider: text,
  account: text,
  ref: text,
  owner: text.nullable,
  walletId: text.nullable,
  currency: text.nullable,
  grandTotal: amount.nullable,
  reversal: oneOf(reversals).nullable,
  toppedUp: amount,
  takenBack: amount,
};

const url = text.optional.about("Where a person looks into it; there where PUBLIC_URL is set.");

const told: Record<MessageType, { readonly about: string; readonly data: Fields }> = {
  "wallet.balance_changed": {
    about: "A wallet's balance changed",
    data: {
      ...line,
      fromSeq: count.optional.about("The first line that it covers, where it is more than one."),
      kind: oneOf(toldKinds),
      corrects: oneOf(correctable).optional,
      amount: amount.about("What it changed by."),
      balance: amount,
      chargeId: text.nullable,
      effectiveAt: time,
    },
  },
  "wallet.low_balance": {
    about: "A wallet's balance fell below what the policy calls low",
    data: { ...line, balance: amount, lowBalance: amount, effectiveAt: time },
  },
  "wallet.debit_uncovered": {
    about: "Usage or a debit was not wholly covered",
    data: {
      ...line,
      kind: oneOf(["usage", "debit"]),
      requested: amount,
      covered: amount,
      uncovered: amount,
      chargeId: text.nullable,
      effectiveAt: time,
    },
  },
  "charge.settled": { about: "A charge was paid for good", data: charge },
  "charge.reversed": { about: "What was given back of a charge, or is in dispute, changed", data: charge },
  "discrepancy.opened": {
    about: "A provider's figures disagree with each other or with ours",
    data: {
      id: text.optional.about("Of one that a comparison found."),
      kind: text,
      provider: text.optional,
      account: text.optional,
      level: oneOf(levels).nullable.optional,
      reconciliationId: text.optional,
      chargeId: text.nullable,
      eventId: text.nullable,
      differences: list(object(stated)).optional,
      detail,
      url,
    },
  },
  "verdict.turned": {
    about: "Whether an account agrees with the books has turned",
    data: {
      provider: text,
      account: text,
      before: oneOf(accountStates),
      state: oneOf(accountStates),
      open: count.about("Discrepancies that are open."),
      agreesUntil: time.nullable,
      url,
    },
  },
  "provider.silent": {
    about: "A provider has not delivered for longer than it should, or delivers again",
    data: { provider: text, account: text, silent: flag, lastReceivedAt: time, url },
  },
};

/** What the app is told, as it is sent. */
export const messages: readonly DescribedMessage[] = Object.entries(told).map(([type, { about, data }]) => ({
  type: type as MessageType,
  about,
  data: schemaOf(`${about}.`, data),
  body: {
    type: "object",
    description: about,
    required: ["type", "timestamp", "data"],
    properties: {
      type: { type: "string", enum: [type] },
      timestamp: time.of.schema,
      data: schemaOf(`${about}.`, data),
    },
  },
}));
