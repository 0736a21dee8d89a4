import type { Amount } from "../../domain/money.ts";
import type { Figure } from "../../domain/reconciling/held-objects.ts";
import { amount, object, text, time } from "../../store/described/field.ts";
import { answer } from "../../store/described/noun.ts";
import type { PaidRow } from "../charges/read-charges.ts";

type Side = Pick<PaidRow["row"], "currency" | Figure>;

const side = answer<Side>()("PayoutRowSide", "One side of a row, as it changes the balance.", () => ({
  currency: text,
  gross: amount.nullable,
  fee: amount.nullable,
  tax: amount.nullable,
  net: amount.nullable,
}));

export const payoutRowAnswer = answer<PaidRow>()(
  "PayoutRow",
  "A row that a payout pays out: as the provider states it, and what we hold of it.",
  (from) => ({
    key: from(text, ({ row }) => row.key),
    category: from(text, ({ row }) => row.category),
    objectRef: from(text.nullable, ({ row }) => row.objectRef),
    at: from(time.nullable, ({ row }) => row.at),
    providerSays: from(object(side), ({ row }) => row),
    weSay: from(object(side).nullable, ({ held }) => held),
    difference: from(
      amount.nullable.about(
        "What the provider says less what we say, net; null where they have no common measure.",
      ),
      differenceOf,
    ),
    chargeId: from(text.nullable, ({ held }) => ofKind("chg_", held)),
    movementId: from(text.nullable, ({ held }) => ofKind("mov_", held)),
  }),
);

/** What the provider says of a row less what we say, net; `null` where they have no common measure. */
export function differenceOf({ row, held }: Pick<PaidRow, "row" | "held">): Amount | null {
  if (row.net === null) return null;
  if (held === null) return row.net;
  return held.net === null || held.currency !== row.currency ? null : row.net - held.net;
}

function ofKind(prefix: "chg_" | "mov_", held: PaidRow["held"]): string | null {
  return held?.subject.startsWith(prefix) === true ? held.subject : null;
}
