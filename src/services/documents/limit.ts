import { limitPeriods } from "../../domain/spending/limit.ts";
import { amount, oneOf, text, time } from "../../store/described/field.ts";
import { answer } from "../../store/described/noun.ts";
import type { LimitStanding } from "../../store/wallets/read/limits.ts";

export const limitAnswer = answer<LimitStanding>()(
  "Limit",
  "What an owner may spend in a period at most.",
  (from) => ({
    id: text.example("acme-day").about("As the app calls it."),
    owner: text,
    meter: text.nullable.about("Null: of whatever is spent."),
    member: text.nullable.about("Who of those that spend for the owner; null: all of them."),
    period: oneOf(limitPeriods),
    zone: text.about("Where days and months begin."),
    amount,
    currency: text.example("USD"),
    from: from(
      time.about("What happened before is neither counted nor limited."),
      ({ startsAt }) => startsAt,
    ),
    periodAt: time.about("When the period that is now began."),
    counted: amount.about("Of this period: what was covered, and what open holds reserve."),
    left: amount,
  }),
);
