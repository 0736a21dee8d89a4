import { idempotencyId } from "../../domain/ids.ts";
import { nanosecondsPerDay } from "../../domain/time.ts";
import type { Work } from "../../store/batch/unit-of-work.ts";
import type { Services } from "../services.ts";
import { startWorker, type Worker } from "./worker.ts";

/** A request that must have its effect once, however often it is sent. */
export interface KeyedRequest {
  /** Whose key it is: two callers may choose the same one. */
  readonly caller: string;
  readonly key: string;
  /** A hash of all that was asked. */
  readonly request: string;
}

export const idempotencyConflict = "idempotency_conflict";

/** The key was used before, for something else. */
export class IdempotencyConflict extends Error {
  readonly code = idempotencyConflict;
  constructor(key: string) {
    super(`The idempotency key ${key} was used for another request.`);
  }
}

/**
 * The same services for one keyed request: what a use case writes is decided once, and kept in the transaction of its
 * effect. Sent again, also after a crash between the commit and the answer, the request gets the first decision and does
 * nothing. A use case that writes several times goes on where it was cut off. What `isKept` refuses is decided anew by a repetition: it
 * must be without effect.
 * @throws IdempotencyConflict from `write`
 */
export function once(
  services: Services,
  keyed: KeyedRequest,
  onRepeated: () => void,
  isKept: (decided: unknown) => boolean = () => true,
): Services {
  let written = 0;
  const write = async <Result>(work: Work<Result>): Promise<Result> => {
    const outcome = await services.store.write(decidingOnce(work, keyed, { ordinal: written, isKept }));
    if (outcome.kind === "conflict") throw new IdempotencyConflict(keyed.key);
    written += 1;
    if (outcome.kind === "repeated") onRepeated();
    return outcome.result;
  };
  return { ...services, store: { ...services.store, write } };
}

type Once<Result> = { kind: "decided" | "repeated"; result: Result } | { kind: "conflict" };

/** Another work, and with it the record of what it decided. */
function decidingOnce<Result>(
  work: Work<Result>,
  { caller, key, request }: KeyedRequest,
  { ordinal, isKept }: { readonly ordinal: number; isKept(decided: unknown): boolean },
): Work<Once<Result>> {
  const id = idempotencyId(caller, key, ordinal);
  return {
    ...work,
    needs: { ...work.needs, idempotencyKeys: [id] },
    decide(books, now) {
      const kept = books.decision(id);
      if (kept !== undefined && kept.request !== request) return { kind: "conflict" };
      if (kept !== undefined) return { kind: "repeated", result: kept.result as Result };
      const result = work.decide(books, now);
      if (isKept(result)) books.putDecision({ id, request, result, at: now });
      return { kind: "decided", result };
    },
  };
}

/** Callers are promised a day; a provider's or a queue's retries go on for three. */
const keptDays = 3n;

/** Removes idempotency keys that nobody will repeat any more, until it is stopped. */
export function startForgetting(services: Services, options: { readonly everyMilliseconds: number }): Worker {
  return startWorker(async (stopping) => {
    try {
      while (!stopping.aborted && (await forgetOldKeys(services)) > 0);
    } catch (error) {
      services.log.error({ error: String(error) }, "Old idempotency keys could not be removed.");
    }
  }, options);
}

/** Removes some keys that are old enough; gives how many. */
export function forgetOldKeys({ store, clock }: Services): Promise<number> {
  return store.forgetDecisions(clock.now() - keptDays * nanosecondsPerDay);
}
