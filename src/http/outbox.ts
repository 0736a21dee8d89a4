import { Router } from "express";
import { readOutbox, retryMessage } from "../services/outbox.ts";
import type { Services } from "../services/services.ts";
import { allow } from "./authentication.ts";
import { readEmptyBody } from "./body.ts";
import { pageJson } from "./cursor.ts";
import { writeOnce } from "./idempotency-key.ts";
import { messageJson } from "./json/message.ts";
import { HttpProblem } from "./problem.ts";
import { oneOf, readListQuery } from "./query.ts";

export function outboxRoutes(services: Services): Router {
  const routes = Router();

  routes.get("/outbox", allow("read"), async (request, response) => {
    const { filter, page } = readListQuery(request, "outbox", {
      status: oneOf(["pending", "delivered", "dead"]),
    });
    response.json(pageJson("outbox", await readOutbox(services, filter, page), messageJson));
  });

  routes.post("/outbox/:id/retry", allow("finance"), async (request, response) => {
    readEmptyBody(request);
    const once = writeOnce(services, request, response);
    const message = await retryMessage(once, String(request.params.id));
    if (message === null)
      throw new HttpProblem("not_found", "There is no message of this id that is not delivered.");
    response.json(messageJson(message));
  });

  return routes;
}
