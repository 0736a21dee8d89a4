import { type Entry, type EntryKind, entryKinds, type Posting } from "../../../domain/book/journal.ts";
import type { ChargeId, EntryId, EventId, PayoutId, WalletId } from "../../../domain/ids.ts";
import {
  amount,
  count,
  list,
  object,
  oneOf,
  ownNumber,
  reference,
  text,
  textOf,
  time,
} from "../../described/field.ts";
import { answer, described } from "../../described/noun.ts";

export const postingNoun = answer<Posting>()(
  "Posting",
  "One signed line of an entry on one account.",
  (from) => ({
    account: from(text.example("assets:provider:paddle:default:balance"), ({ account }) => account),
    currency: from(text, ({ currency }) => currency),
    amount: from(amount.about("Debit is positive, credit negative."), ({ amount }) => amount),
  }),
);

export const entryNoun = described<Entry>()(
  "Entry",
  "An immutable journal entry: its postings sum to zero per currency.",
  (from) => ({
    no: from(ownNumber, ({ id }) => id),
    id: textOf<EntryId>("chg_txn_01hv8m0xq5~paddle.2"),
    kind: oneOf<EntryKind>(entryKinds),
    ordinal: count.untold,
    chargeId: reference<ChargeId>("chg_txn_01hv8m0xq5~paddle").nullable,
    walletId: reference<WalletId>("wal_8c998803f8549369e33e058f").nullable,
    payoutId: reference<PayoutId>("pay_po_1NzQ8p~stripe").nullable,
    eventId: reference<EventId>("paddle:default:evt_77b3d9").nullable,
    effectiveAt: time.about("On the provider's clock."),
    postedAt: time.about("On ours."),
    reason: text.nullable.about("Why, where a person booked it."),
    postings: list(object(postingNoun)).beside,
  }),
);
