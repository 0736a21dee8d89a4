import type { Books } from "../../domain/books.ts";
import type { Instant } from "../../domain/time.ts";
import type { Needs, WalletNeed, Work } from "../../store/batch/unit-of-work.ts";
import { type Applied, hearAgain, isDone, type ReadBytes } from "./apply-event.ts";

/** Writes down that an event could not be applied, and when to try again; its effects were rolled back. */
export class RecordFailure implements Work<Applied> {
  readonly needs: Needs;
  readonly #read: ReadBytes;
  readonly #failure: { readonly outcome: "failed" | "parked"; readonly reason: string };

  constructor(read: ReadBytes, failure: { readonly outcome: "failed" | "parked"; readonly reason: string }) {
    this.#read = read;
    this.#failure = failure;
    this.needs = { events: [read.event.id] };
  }

  walletNeeds(): readonly WalletNeed[] {
    return [];
  }

  decide(books: Books, now: Instant): Applied {
    const { event } = this.#read;
    const stored = books.event(event.id);
    // Another process may have succeeded meanwhile.
    if (isDone(stored)) return { outcome: "duplicate", reason: null };
    const attempts = (stored?.attempts ?? 0) + 1;
    const retryAt = this.#failure.outcome === "failed" ? now + retryDelay(attempts) : null;
    const heard = stored === undefined ? event : hearAgain(books, stored, this.#read);
    books.putEvent({ ...heard, ...this.#failure, attempts, retryAt });
    return this.#failure;
  }
}

/** 10 s, 20 s, 40 s, … up to an hour. */
export function retryDelay(attempts: number): bigint {
  return 10_000_000_000n * 2n ** BigInt(Math.min(attempts, 9) - 1);
}
