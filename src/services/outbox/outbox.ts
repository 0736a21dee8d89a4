import { retryNow } from "../../domain/outbox/delivery.ts";
import type { Work } from "../../store/batch/unit-of-work.ts";
import type { Page, PageRequest } from "../../store/engine/read/page.ts";
import type { OutboxMessage } from "../../store/outbox/nouns/message.ts";
import { listOutbox, type OutboxFilter, undeliveredMessage } from "../../store/outbox/read/outbox.ts";
import { noSides, recorded } from "../people/acting.ts";
import type { Services } from "../services.ts";

export type { OutboxMessage } from "../../store/outbox/nouns/message.ts";
export type { OutboxFilter } from "../../store/outbox/read/outbox.ts";

export function readOutbox(
  services: Services,
  filter: OutboxFilter,
  page: PageRequest,
): Promise<Page<OutboxMessage>> {
  return listOutbox(services.store.read, filter, page);
}

/** Lets a message that is dead, or waits for its next try, be sent at once. `null`: no such message is undelivered. */
export async function retryMessage(services: Services, id: string): Promise<OutboxMessage | null> {
  const work = retryingMessage(await undeliveredMessage(services.store.read, id));
  return services.store.write(
    recorded(services, work, (message) =>
      message === null ? null : { ...noSides, action: "message.retry", subject: id },
    ),
  );
}

/** Also of a message that was not found: a repeated request gets the first answer, though the message is delivered by now. */
function retryingMessage(
  found: { readonly no: bigint; readonly message: OutboxMessage } | undefined,
): Work<OutboxMessage | null> {
  return {
    needs: { messages: found === undefined ? [] : [found.no] },
    decide(books, now) {
      if (found === undefined) return null;
      const { message } = found;
      const delivery = books.delivery(message.id);
      const changed = delivery === undefined ? null : retryNow(delivery, now);
      if (changed === null) return null;
      books.putDelivery(changed);
      return { ...message, ...changed };
    },
  };
}
