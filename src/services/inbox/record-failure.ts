import type { Work } from "../../store/batch/unit-of-work.ts";
import { type Applied, hearAgain, isDone, type ReadBytes } from "./apply-event.ts";

/** Writes down that an event could not be applied, and when to try again; its effects were rolled back. */
export function recordingFailure(
  read: ReadBytes,
  failure: { readonly outcome: "failed" | "parked"; readonly reason: string },
): Work<Applied> {
  const { event } = read;
  return {
    needs: { events: [event.id] },
    decide(books, now) {
      const stored = books.event(event.id);
      // Another process may have succeeded meanwhile.
      if (isDone(stored)) return { outcome: "duplicate", reason: null };
      const attempts = (stored?.attempts ?? 0) + 1;
      const retryAt = failure.outcome === "failed" ? now + retryDelay(attempts) : null;
      const heard = stored === undefined ? event : hearAgain(books, stored, read);
      books.putEvent({ ...heard, ...failure, attempts, retryAt });
      return failure;
    },
  };
}

/** 10 s, 20 s, 40 s, … up to an hour. */
export function retryDelay(attempts: number): bigint {
  return 10_000_000_000n * 2n ** BigInt(Math.min(attempts, 9) - 1);
}
