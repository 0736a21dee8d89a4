import { randomUUID } from "node:crypto";
import type { Action, Actor, Deed } from "../../domain/action.ts";
import type { Instant } from "../../domain/time.ts";
import type { Work } from "../../store/batch/unit-of-work.ts";
import type { Services } from "../services.ts";

/** The same services for somebody who decides: what they do through them is in the trail. */
export function actingAs<Own extends Services>(services: Own, actor: Actor): Own {
  return { ...services, actor };
}

/** What is the same of a deed that changes nothing worth telling. */
export const noSides = { reason: null, before: null, after: null } as const;

export function actionOf(actor: Actor, deed: Deed, at: Instant): Action {
  return { id: `act_${randomUUID().replaceAll("-", "")}`, at, ...actor, ...deed };
}

/** Writes down what has no transaction of its own, such as that somebody looked at a body. */
export async function act({ store, clock, actor }: Services, deed: Deed): Promise<void> {
  if (actor !== null) await store.people.act(actionOf(actor, deed, clock.now()));
}

type DeedsOf<Result> = (result: Result) => Deed | readonly Deed[] | null;

/** The work, and in its transaction a line of the trail for each thing it did; nothing where nobody in particular decides. */
export function recorded<Result>(
  { actor }: Pick<Services, "actor">,
  work: Work<Result>,
  deedsOf: DeedsOf<Result>,
): Work<Result> {
  if (actor === null) return work;
  return {
    ...work,
    decide(books, now) {
      const result = work.decide(books, now);
      for (const deed of [deedsOf(result) ?? []].flat()) books.actions.push(actionOf(actor, deed, now));
      return result;
    },
  };
}
