import { type Message, messageTypes } from "../../../domain/books.ts";
import type { ChargeId, MessageId, WalletId } from "../../../domain/ids.ts";
import { type Delivery, deliveryStatuses } from "../../../domain/outbox/delivery.ts";
import { count, flag, json, oneOf, ownNumber, reference, text, textOf, time } from "../../described/field.ts";
import { described } from "../../described/noun.ts";

/** A message for the app, and how far its delivery has got. */
export interface OutboxMessage extends Message, Delivery {}

export const messageNoun = described<OutboxMessage>()(
  "Message",
  "A message for the app, and how far its delivery has got.",
  (from) => ({
    no: from(ownNumber, ({ id }) => id),
    id: textOf<MessageId>("wal_8c998803f8549369e33e058f.wallet.balance_changed.7").about(
      "The webhook-id it is delivered with.",
    ),
    type: oneOf(messageTypes),
    status: oneOf(deliveryStatuses).about("Dead: it failed for three days."),
    walletId: reference<WalletId>("wal_8c998803f8549369e33e058f").nullable,
    fromSeq: count.nullable.untold,
    seq: count.nullable.about("The last line of the wallet's statement that it tells of."),
    chargeId: reference<ChargeId>().nullable.untold,
    // JSON's null where the lines that it refers to say it.
    data: json<Message["data"]>(
      { type: "object", description: "As it is sent." },
      { write: JSON.stringify, restore: JSON.parse },
    ),
    attempts: count,
    nextAt: time.untold,
    firstTriedAt: time.nullable.untold,
    onItsWay: flag.untold,
    lastError: text.nullable.about("Why the last try failed."),
    nextAttemptAt: from(time.nullable.unkept, ({ status, nextAt }) => (status === "pending" ? nextAt : null)),
    createdAt: time,
  }),
);
