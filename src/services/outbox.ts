import { retryNow } from "../domain/delivery.ts";
import {
  listOutbox,
  type OutboxFilter,
  type OutboxMessage,
  type OutboxState,
  outboxState,
  undeliveredMessage,
} from "../store/read/outbox.ts";
import { ChangeDelivery } from "./change-delivery.ts";
import type { Page, PageRequest } from "./read-page.ts";
import type { Services } from "./services.ts";

export type { OutboxFilter, OutboxMessage, OutboxState } from "../store/read/outbox.ts";

export function readOutbox(
  services: Services,
  filter: OutboxFilter,
  page: PageRequest,
): Promise<Page<OutboxMessage>> {
  return listOutbox(services.store.read, filter, page);
}

export function readOutboxState(services: Services): Promise<OutboxState> {
  return outboxState(services.store.read);
}

/** Lets a message that is dead, or waits for its next try, be sent at once. `null`: no such message is undelivered. */
export async function retryMessage(services: Services, id: string): Promise<OutboxMessage | null> {
  const found = await undeliveredMessage(services.store.read, id);
  if (found === undefined) return null;
  const { no, message } = found;
  const delivery = await services.store.write(new ChangeDelivery({ no, id: message.id }, retryNow));
  return delivery === null ? null : { ...message, ...delivery };
}
