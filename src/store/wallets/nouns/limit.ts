import type { LimitId, WalletId } from "../../../domain/ids.ts";
import { type Limit, limitPeriods } from "../../../domain/spending/limit.ts";
import { amount, count, oneOf, reference, text, textOf, time } from "../../described/field.ts";
import { described } from "../../described/noun.ts";

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
