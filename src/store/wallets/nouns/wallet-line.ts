import {
  correctable,
  toldKind,
  toldKinds,
  type WalletLineKind,
  walletLineKinds,
} from "../../../domain/book/journal.ts";
import type { ChargeId, EntryId, EventId, HoldId, UsageId, WalletId } from "../../../domain/ids.ts";
import type { WalletLine } from "../../../domain/wallet/wallet.ts";
import { amount, count, list, oneOf, reference, text, textOf, time } from "../../described/field.ts";
import { described } from "../../described/noun.ts";

/** A line of a statement without the lots it used. */
export interface StatementLine extends Omit<WalletLine, "lotMoves" | "uncoveredMoves"> {
  /** The usage that it is about, if it is one alone, and the hold that this settled; where they were read with it. */
  readonly usageId?: UsageId | null;
  readonly holdId?: HoldId | null;
}

export const walletLineNoun = described<StatementLine>()(
  "StatementLine",
  "One line of a wallet's statement: never changed.",
  (from) => ({
    walletId: reference<WalletId>().untold,
    seq: count.about("Counted from 1 within the wallet."),
    kind: oneOf<WalletLineKind>(walletLineKinds).untold,
    toldKind: from(oneOf(toldKinds).unkept.named("kind"), ({ kind }) => toldKind(kind).kind),
    corrects: from(
      oneOf(correctable).nullable.unkept.optional.about("Of a correction: what it corrects."),
      ({ kind }) => toldKind(kind).corrects ?? null,
    ),
    amount: amount.about("Change of the balance."),
    balanceAfter: amount,
    requested: amount,
    covered: amount,
    uncovered: amount,
    chargeId: reference<ChargeId>("chg_txn_01hv8m0xq5~paddle").nullable,
    usageId: textOf<UsageId>("req_1").nullable.beside.about(
      "The usage that it is about, if it is one alone.",
    ),
    holdId: textOf<HoldId>("wal_8c998803f8549369e33e058f.hold1").nullable.beside.about(
      "The hold that it settled.",
    ),
    entryId: reference<EntryId>("wal_8c998803f8549369e33e058f.7"),
    eventId: reference<EventId>().nullable.untold,
    eventIds: from(
      list(textOf<EventId>("paddle:default:evt_77b3d9")).about("The provider's events behind it."),
      ({ eventId }) => (eventId === null ? [] : [eventId]),
    ),
    reason: text.nullable.about("Why, where a person booked it."),
    reverses: count.nullable.untold,
    effectiveAt: time.about("On the provider's clock."),
    postedAt: time.about("On ours."),
  }),
);
