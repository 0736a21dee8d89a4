import type { Message } from "../domain/books.ts";
import type { Numbers } from "./loaded.ts";
import type { OutboxRow } from "./schema.ts";
import { ascending, insertRows, type Session } from "./statements.ts";

const insertMessages = insertRows("outbox");

/** Puts messages into the outbox; from there they are delivered. */
export async function saveMessages(
  session: Session,
  numbers: Numbers,
  messages: readonly Message[],
): Promise<void> {
  const rows = messages.map((message) => outboxRow(message, numbers));
  await insertMessages(
    session,
    rows.sort((a, b) => ascending(a.id, b.id)),
  );
}

function outboxRow(message: Message, numbers: Numbers): OutboxRow {
  return {
    no: numbers.of(message.id),
    id: message.id,
    type: message.type,
    wallet_no: numbers.ofNullable(message.walletId),
    from_seq: message.fromSeq === null ? null : BigInt(message.fromSeq),
    seq: message.seq === null ? null : BigInt(message.seq),
    data: JSON.stringify(message.data),
    status: "pending",
    attempts: 0n,
    next_at: message.createdAt,
    first_tried_at: null,
    on_its_way: 0n,
    last_error: null,
    created_at: message.createdAt,
  };
}
