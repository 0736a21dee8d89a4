import type { Posting } from "../../domain/book/journal.ts";
import type { Amount } from "../../domain/money.ts";
import { amount, count, flag, list, object, text } from "../../store/described/field.ts";
import { answer } from "../../store/described/noun.ts";
import type { RebookDifference, TransferDifference } from "../charges/rebook.ts";

/** What booking anew changes, or would change. */
export interface Rebooked {
  readonly policyVersion: number;
  readonly applied: boolean;
  readonly reason: string | null;
  readonly charges: readonly RebookDifference[];
  readonly transfers: readonly TransferDifference[];
}

const change = answer<readonly [before: Amount, after: Amount]>()(
  "Change",
  "An amount, and what it becomes.",
  (from) => ({
    before: from(amount, ([before]) => before),
    after: from(amount, ([, after]) => after),
  }),
);

const charge = answer<RebookDifference>()("RebookedCharge", "A charge that is booked otherwise.", () => ({
  chargeId: text,
  ref: text.about("The provider's own id of it."),
  walletId: text.nullable,
  currency: text,
  fromVersion: count.nullable.about("Null of one that has not settled."),
  toppedUp: object(change),
  takenBack: object(change),
  debited: object(change),
}));

const posting = answer<Posting>()("RebookedPosting", "What is posted on an account.", () => ({
  account: text,
  currency: text,
  amount,
}));

const transfer = answer<TransferDifference>()(
  "RebookedTransfer",
  "Money without a charge that is booked otherwise.",
  () => ({
    kind: text,
    ref: text,
    postings: list(object(posting)),
  }),
);

/** What the command line prints, too. */
export const rebookAnswer = answer<Rebooked>()(
  "Rebooked",
  "What booking anew under another version of the policy changes.",
  () => ({
    policyVersion: count,
    applied: flag.about("Whether it was posted; if not, it is only shown."),
    reason: text.nullable,
    charges: list(object(charge)),
    transfers: list(object(transfer)),
  }),
);
