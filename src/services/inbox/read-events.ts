import type { StoredEvent } from "../../domain/event.ts";
import type { ChargeId, EventId } from "../../domain/ids.ts";
import {
  chargesOfEvent,
  type EventFilter,
  type EventSummary,
  listEvents,
  storedEvent,
} from "../../store/inbox/read/events.ts";
import type { Page, PageRequest } from "../kit/page.ts";
import type { Services } from "../services.ts";

export type { EventFilter, EventSummary } from "../../store/inbox/read/events.ts";

export interface EventDetail {
  readonly event: StoredEvent;
  /** The charges it says something of. */
  readonly charges: readonly ChargeId[];
}

type Reading = Pick<Services, "store">;

export function readEvents(
  services: Reading,
  filter: EventFilter,
  page: PageRequest,
): Promise<Page<EventSummary>> {
  return listEvents(services.store.read, filter, page);
}

export async function readEvent(services: Reading, id: EventId): Promise<EventDetail | undefined> {
  const event = await storedEvent(services.store.read, id);
  if (event === undefined) return undefined;
  return { event, charges: await chargesOfEvent(services.store.read, id) };
}

/** The charges that an event says something of. */
export function readEventCharges({ store }: Reading, id: EventId): Promise<ChargeId[]> {
  return chargesOfEvent(store.read, id);
}
