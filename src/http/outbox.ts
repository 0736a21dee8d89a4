import { deliveryStatuses } from "../domain/outbox/delivery.ts";
import { oneOf } from "../services/documents/parameters.ts";
import { readOutbox, retryMessage } from "../services/outbox/outbox.ts";
import type { Services } from "../services/services.ts";
import { messageNoun } from "../store/outbox/nouns/message.ts";
import { listing, noFields, type Operation, writing } from "./kit/operation.ts";
import { HttpProblem } from "./kit/problem.ts";

export function outboxOperations(services: Services): Operation[] {
  return [
    listing(
      "/outbox",
      {
        roles: ["read"],
        summary: "What the app was told, what waits, and what was given up",
        list: "outbox",
        answers: messageNoun,
        query: { status: oneOf(deliveryStatuses) },
      },
      ({ filter, page }) => readOutbox(services, filter, page),
    ),

    writing(
      "/outbox/:id/retry",
      {
        roles: ["finance"],
        summary: "Sends a message at once that is dead, or waits for its next try",
        body: noFields,
        answers: messageNoun,
        problems: ["not_found"],
      },
      async ({ id, once }) => {
        const message = await retryMessage(once(services), id);
        if (message === null)
          throw new HttpProblem("not_found", "There is no message of this id that is not delivered.");
        return message;
      },
    ),
  ];
}
