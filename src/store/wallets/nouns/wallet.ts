import {
  correctable,
  toldKind,
  toldKinds,
  type WalletLineKind,
  walletLineKinds,
} from "../../../domain/book/journal.ts";
import type { ChargeId, EntryId, EventId, HoldId, LotId, UsageId, WalletId } from "../../../domain/ids.ts";
import { maximum } from "../../../domain/money.ts";
import type { Lot, Wallet, WalletLine } from "../../../domain/wallet/wallet.ts";
import {
  amount,
  count,
  list,
  oneOf,
  ownNumber,
  readBeside,
  reference,
  text,
  textOf,
  time,
} from "../../described/field.ts";
import { described } from "../../described/noun.ts";

export const lotNoun = described<Lot>()(
  "Lot",
  "One top-up or grant inside a wallet, with what is left of it.",
  () => ({
    ordinal: count.untold.fixed,
    walletId: reference<WalletId>().untold.fixed,
    openedBy: count.untold.fixed,
    id: textOf<LotId>("wal_8c998803f8549369e33e058f.lot1").fixed,
    kind: oneOf<Lot["kind"]>(["paid", "promo"]).fixed,
    chargeId: reference<ChargeId>("chg_txn_01hv8m0xq5~paddle").nullable.fixed.about(
      "The charge that it came from.",
    ),
    amount: amount.fixed,
    remaining: amount,
    expired: amount,
    priority: count.about("The lowest is spent first."),
    expiresAt: time.nullable.about("From this moment on it can no longer be spent."),
  }),
);

/** A wallet without the lots, recoveries and limits that are read beside it. */
export type WalletTotals = Omit<Wallet, "lots" | "recoveries" | "limits">;

export const walletNoun = described<WalletTotals>()(
  "Wallet",
  "One owner's prepaid value in one currency.",
  (from) => ({
    no: from(ownNumber, ({ id }) => id),
    id: textOf<WalletId>("wal_8c998803f8549369e33e058f").fixed,
    owner: text.fixed.personal.about("The app's own key for its customer."),
    currency: text.fixed,
    balance: from(amount, ({ paid, promo }) => paid + promo),
    held: amount.about("Reserved by open holds, and still part of the balance."),
    available: from(amount.unkept.about("What can be spent: the balance without what is held."), (wallet) =>
      maximum(0n, wallet.paid + wallet.promo - wallet.held),
    ),
    paid: amount.about("Of the balance, what was paid for."),
    promo: amount.about("Of the balance, what was given."),
    recovery: amount.about("What take-backs could not cover, and later top-ups repay first."),
    pending: text.ofMinorUnits.about(
      "Metered cost below one minor unit: an exact decimal, 0 or more and below 1.",
    ),
    seq: count.about("Number of the last line of the statement."),
    lotCount: count.untold,
    holdCount: count.untold,
    limitCount: count.untold,
    nextExpiryAt: time.nullable.untold,
  }),
);

/** So much usage of one line is named with it. */
export const mostUsageOfLine = 100;

/** A line of a statement without the lots it used. */
export interface StatementLine extends Omit<WalletLine, "lotMoves" | "uncoveredMoves"> {
  /** The usage that it is about, if it is one alone, and the hold that this settled; where they were read with it. */
  readonly usageId?: UsageId | null;
  /** All of it that was recorded together, first to last, up to {@link mostUsageOfLine}. */
  readonly usageIds?: readonly UsageId[];
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
    usageIds: readBeside<readonly UsageId[]>(),
    toldUsageIds: from(
      list(textOf<UsageId>("req_1"))
        .unkept.named("usage_ids")
        .about(`All usage that it is about, in the order of the request: the first ${mostUsageOfLine}.`),
      ({ usageIds = [] }) => usageIds,
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
