import type { HoldId, LimitId, UsageId, WalletId } from "../../../domain/ids.ts";
import type { Amount } from "../../../domain/money.ts";
import { type Hold, holdStatuses } from "../../../domain/spending/hold.ts";
import { type Limit, limitPeriods } from "../../../domain/spending/limit.ts";
import { holdsRoundingUnit, type Usage, type UsageReversal } from "../../../domain/spending/usage.ts";
import type { Instant } from "../../../domain/time.ts";
import {
  amount,
  assembled,
  count,
  flag,
  internalNumber,
  object,
  oneOf,
  reference,
  text,
  textOf,
  time,
} from "../../described/field.ts";
import { answer, described } from "../../described/noun.ts";

/** A limit without what it counted, which is kept beside it. */
export type LimitRecord = Omit<Limit, "counts">;

export const limitNoun = described<LimitRecord>()(
  "LimitRecord",
  "What a wallet may be spent on in a period at most.",
  () => ({
    walletId: reference<WalletId>("wal_8c998803f8549369e33e058f").fixed,
    ordinal: count.fixed,
    id: textOf<LimitId>("acme-day").fixed,
    meter: text.nullable.fixed,
    member: text.nullable.fixed,
    period: oneOf(limitPeriods).fixed,
    zone: text.fixed,
    amount,
    startsAt: time.fixed,
    settings: count,
    setAt: time,
    endedAt: time.nullable,
  }),
);

export const holdNoun = described<Hold>()("Hold", "Value reserved for usage in flight.", () => ({
  ordinal: count.untold.fixed,
  id: textOf<HoldId>("wal_8c998803f8549369e33e058f.hold1").fixed,
  walletId: reference<WalletId>("wal_8c998803f8549369e33e058f").fixed,
  amount: amount.fixed,
  meter: text.nullable.fixed.about("What is counted, if it was held for a quantity."),
  quantity: text.nullable.fixed,
  member: text.nullable.fixed.about("Who of those that spend for the owner."),
  status: oneOf(holdStatuses),
  settled: amount.about("What of the amount paid when it was settled."),
  released: amount.about("What of the amount became free again."),
  late: flag.about("Whether it was settled after it had expired."),
  createdAt: time.fixed,
  expiresAt: time.about("From this moment on it reserves nothing."),
  closedAt: time.nullable,
}));

const reversal = answer<UsageReversal>()("UsageReversal", "How usage was undone.", (from) => ({
  at: from(time, ({ at }) => at),
  reason: from(text, ({ reason }) => reason),
  seq: from(count.nullable.about("Its statement line; null if it gave nothing back."), ({ seq }) => seq),
}));

/** What usage shares that one wallet bore together at one price: kept once beside it. A bill is a tally of each of its meters. */
export interface Tally {
  readonly no: bigint;
  readonly walletId: WalletId;
  /** `null` where no quantity was metered. */
  readonly meter: string | null;
  readonly price: string | null;
  /** The statement line of what requested something; `null` if nothing did. */
  readonly seq: number | null;
  /** What was in the wallet before the bill. */
  readonly balanceBefore: Amount;
  readonly appliedAt: Instant;
}

export const tallyNoun = described<Tally>()("Tally", "What usage shares that was applied together.", () => ({
  no: internalNumber.fixed,
  walletId: reference<WalletId>().fixed,
  meter: text.nullable.fixed,
  price: text.nullable.fixed,
  seq: count.nullable.fixed,
  balanceBefore: amount.fixed,
  appliedAt: time.fixed,
}));

/** Of a row of usage, and of its tally. */
interface MeteredColumns {
  readonly meter: string | null;
  readonly quantity: string | null;
  readonly price: string | null;
}

interface DrawnColumns {
  readonly covered: bigint;
  readonly uncovered: bigint;
  readonly drawn_before: bigint;
  readonly balance_before: bigint;
  readonly tally_seq: bigint | null;
}

interface ReversalColumns {
  readonly reversed_at: bigint | null;
  readonly reversal_reason: string | null;
  readonly reversed_seq: bigint | null;
}

const requestedIn = ({ covered, uncovered }: DrawnColumns): Amount => covered + uncovered;

/** Its row stands under its own number and its tally's; what follows from these and from itself is not kept. */
export const usageNoun = described<Usage>()(
  "Usage",
  "A cost that a wallet bore, and what its balance decided then.",
  (from) => ({
    id: textOf<UsageId>("req_1").fixed.about("As the app gave it; unique for the whole database."),
    walletId: reference<WalletId>("wal_8c998803f8549369e33e058f").joined,
    currency: text.joined,
    metered: assembled(({ meter, quantity, price }: MeteredColumns) =>
      meter === null || quantity === null || price === null ? null : { meter, quantity, price },
    ),
    meter: from(text.nullable.joined, ({ metered }) => metered?.meter ?? null),
    quantity: from(text.nullable.fixed.about("A decimal."), ({ metered }) => metered?.quantity ?? null),
    price: from(
      text.ofMinorUnits.nullable.joined.about("In minor units per unit of quantity: a decimal."),
      ({ metered }) => metered?.price ?? null,
    ),
    member: text.nullable.fixed.about("Who of those that spend for the owner."),
    cost: text.ofMinorUnits.fixed.about("Exact, in minor units: a decimal."),
    requested: assembled(requestedIn).toldAs(
      amount.about("What is covered and what is uncovered, together."),
    ),
    covered: amount.fixed,
    uncovered: amount.fixed,
    limited: amount.fixed.about("What of the uncovered value would have covered, but for a limit."),
    limitId: textOf<LimitId>("acme-day").nullable.fixed.about(
      "The limit that left the least; null if none kept anything.",
    ),
    balanceAfter: assembled(
      ({ balance_before, drawn_before, covered }: DrawnColumns) => balance_before - drawn_before - covered,
    )
      .toldAs(amount)
      .named("balance"),
    seq: assembled((row: DrawnColumns) =>
      row.tally_seq === null || requestedIn(row) === 0n ? null : Number(row.tally_seq),
    ).toldAs(count.nullable.about("The statement line it is part of; null if nothing was requested.")),
    drawnBefore: amount.untold.fixed,
    occurredAt: time.nullable.fixed.about("The app's clock, if it was told."),
    appliedAt: time.joined.about("Ours."),
    reversal: assembled(({ reversed_at: at, reversal_reason: reason, reversed_seq }: ReversalColumns) =>
      at === null || reason === null
        ? null
        : { at, reason, seq: reversed_seq === null ? null : Number(reversed_seq) },
    ).toldAs(object(reversal).nullable),
    reversedAt: from(time.nullable.untold, ({ reversal }) => reversal?.at ?? null),
    reversedWalletId: from(reference<WalletId>().nullable.untold, ({ reversal, walletId }) =>
      reversal === null || reversal.seq === null ? null : walletId,
    ),
    reversedSeq: from(count.nullable.untold, ({ reversal }) => reversal?.seq ?? null),
    reversalReason: from(text.nullable.untold, ({ reversal }) => reversal?.reason ?? null),
    coveredBack: amount.untold,
    uncoveredBack: amount.untold,
    roundingUnit: from(flag.untold, holdsRoundingUnit),
  }),
);
