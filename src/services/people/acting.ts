import { randomUUID } from "node:crypto";
import type { Action, Actor, Deed } from "../../domain/action.ts";
import type { Books } from "../../domain/books.ts";
import type { Instant } from "../../domain/time.ts";
import type { Needs, WalletNeed, Work } from "../../store/batch/unit-of-work.ts";
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
  return actor === null ? work : new Recorded(work, actor, deedsOf);
}

class Recorded<Result> implements Work<Result> {
  readonly needs: Needs;
  readonly alone: boolean;
  readonly weight: number;
  readonly bytes: number;
  readonly #work: Work<Result>;
  readonly #actor: Actor;
  readonly #deedsOf: DeedsOf<Result>;

  constructor(work: Work<Result>, actor: Actor, deedsOf: DeedsOf<Result>) {
    this.#work = work;
    this.#actor = actor;
    this.#deedsOf = deedsOf;
    this.needs = work.needs;
    this.alone = work.alone ?? false;
    this.weight = work.weight ?? 1;
    this.bytes = work.bytes ?? 0;
  }

  walletNeeds(books: Books): readonly WalletNeed[] {
    return this.#work.walletNeeds(books);
  }

  decide(books: Books, now: Instant): Result {
    const result = this.#work.decide(books, now);
    for (const deed of [this.#deedsOf(result) ?? []].flat())
      books.actions.push(actionOf(this.#actor, deed, now));
    return result;
  }
}
