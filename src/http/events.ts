import { outcomes } from "../domain/event.ts";
import type { EventId } from "../domain/ids.ts";
import { deliveryAnswer, eventDetail, eventSummary } from "../services/documents/event.ts";
import { oneOf, providerFilter, text, timeWindow, yesOrNo } from "../services/documents/parameters.ts";
import { markEvent } from "../services/inbox/dismiss.ts";
import { readEvent } from "../services/inbox/read-events.ts";
import { retryEvent } from "../services/inbox/receive.ts";
import type { Services } from "../services/services.ts";
import { listEvents } from "../store/inbox/read/events.ts";
import { dismissing } from "./dismissing.ts";
import { listing, noFields, type Operation, reading, writing } from "./kit/operation.ts";
import { HttpProblem } from "./kit/problem.ts";

const eventQuery = (services: Services) => ({
  provider: providerFilter(services),
  type: text,
  outcome: oneOf(outcomes),
  dismissed: yesOrNo,
  ...timeWindow,
});

export function eventOperations(services: Services): Operation[] {
  const unknown = () => new HttpProblem("not_found", "There is no event of this id.");
  return [
    listing(
      "/events",
      {
        roles: ["read"],
        summary: "The inbox: every event, what became of it and why",
        list: "events",
        answers: eventSummary,
        query: eventQuery(services),
      },
      ({ filter, page }) => listEvents(services.store.read, filter, page),
    ),

    reading(
      "/events/:id",
      {
        roles: ["read"],
        summary: "An event with its raw body",
        query: {},
        answers: eventDetail,
        problems: ["not_found"],
      },
      async ({ id }) => {
        const event = await readEvent(services, id as EventId);
        if (event === undefined) throw unknown();
        return event;
      },
    ),

    writing(
      "/events/:id/retry",
      {
        roles: ["finance"],
        summary: "Applies a stored event again, from the bytes it came in",
        body: noFields,
        answers: deliveryAnswer,
        problems: ["not_found"],
      },
      async ({ id, once }) => {
        const retried = await retryEvent(once(services), id as EventId);
        if (retried === null) throw unknown();
        return retried;
      },
    ),

    ...dismissing("/events", "event", eventSummary, ({ id, word, once }) =>
      markEvent(once(services), id as EventId, word),
    ),
  ];
}
