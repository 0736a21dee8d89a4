import type { Message } from "../../domain/books.ts";
import { newDelivery } from "../../domain/outbox/delivery.ts";
import { ascending, insertNouns, type Session } from "../engine/statements.ts";
import type { Numbers } from "../loaded.ts";
import { messageNoun } from "./nouns/message.ts";

const insertMessages = insertNouns("outbox", messageNoun);

/** Puts messages into the outbox; from there they are delivered. */
export async function saveMessages(
  session: Session,
  numbers: Numbers,
  messages: readonly Message[],
): Promise<void> {
  const waiting = messages.map((message) => ({ ...message, ...newDelivery(message.id, message.createdAt) }));
  await insertMessages(
    session,
    numbers,
    waiting.sort((a, b) => ascending(numbers.of(a.id), numbers.of(b.id))),
  );
}
