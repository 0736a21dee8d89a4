import { Router } from "express";
import { outcomes } from "../domain/event.ts";
import { type EventId, providerNames } from "../domain/ids.ts";
import { readEvent, readEvents } from "../services/read-events.ts";
import { retryEvent } from "../services/receive.ts";
import type { Services } from "../services/services.ts";
import { allow } from "./authentication.ts";
import { readEmptyBody } from "./body.ts";
import { pageJson } from "./cursor.ts";
import { writeOnce } from "./idempotency-key.ts";
import { eventDetailJson, eventJson } from "./json/event.ts";
import { HttpProblem } from "./problem.ts";
import { oneOf, readListQuery, readQuery, text, timeWindow } from "./query.ts";

export function eventRoutes(services: Services): Router {
  const routes = Router();
  const unknown = () => new HttpProblem("not_found", "There is no event of this id.");

  routes.get("/events", allow("read"), async (request, response) => {
    const { filter, page } = readListQuery(request, "events", {
      provider: oneOf(providerNames),
      type: text,
      outcome: oneOf(outcomes),
      ...timeWindow,
    });
    response.json(pageJson("events", await readEvents(services, filter, page), eventJson));
  });

  routes.get("/events/:id", allow("read"), async (request, response) => {
    readQuery(request, {});
    const event = await readEvent(services, request.params.id as EventId);
    if (event === undefined) throw unknown();
    response.json(eventDetailJson(event));
  });

  routes.post("/events/:id/retry", allow("finance"), async (request, response) => {
    readEmptyBody(request);
    const retried = await retryEvent(writeOnce(services, request, response), request.params.id as EventId);
    if (retried === null) throw unknown();
    const { eventId, outcome, reason } = retried;
    response.json({ event_id: eventId, outcome, reason });
  });

  return routes;
}
