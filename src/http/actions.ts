import { actionNames, actorKinds } from "../domain/action.ts";
import { oneOf, text, timeWindow } from "../services/documents/parameters.ts";
import type { Services } from "../services/services.ts";
import { actionNoun } from "../store/people/nouns/action.ts";
import { listActions } from "../store/people/read/actions.ts";
import { listing, type Operation } from "./kit/operation.ts";

export function actionOperations({ store }: Services): Operation[] {
  return [
    listing(
      "/actions",
      {
        roles: [],
        summary:
          "What people and keys decided, by our clock: who, what, when and why. Usage, holds and webhooks are not in it",
        list: "actions",
        answers: actionNoun,
        query: {
          actor: text,
          kind: oneOf(actorKinds),
          action: oneOf(actionNames),
          subject: text,
          ...timeWindow,
        },
      },
      ({ filter, page }) => listActions(store.read, filter, page),
    ),
  ];
}
