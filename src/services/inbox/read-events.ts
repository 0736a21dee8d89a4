import type { StoredEvent } from "../../domain/event.ts";
import type { ChargeId, EventId } from "../../domain/ids.ts";
import { chargesOfEvent, storedEvent } from "../../store/inbox/read/events.ts";
import type { Services } from "../services.ts";

export interface EventDetail {
  readonly event: StoredEvent;
  /** The charges it says something of. */
  readonly charges: readonly ChargeId[];
}

type Reading = Pick<Services, "store">;

export async function readEvent(services: Reading, id: EventId): Promise<EventDetail | undefined> {
  const event = await storedEvent(services.store.read, id);
  if (event === undefined) return undefined;
  return { event, charges: await chargesOfEvent(services.store.read, id) };
}
