import type { HoldId, WalletId } from "../../../domain/ids.ts";
import { type Hold, holdStatuses } from "../../../domain/spending/hold.ts";
import { amount, count, flag, oneOf, reference, text, textOf, time } from "../../described/field.ts";
import { described } from "../../described/noun.ts";

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
