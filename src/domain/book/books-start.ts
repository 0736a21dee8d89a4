import type { Instant } from "../time.ts";

/** Whether something is in the books by when it happened. */
export type InBooks = (at: Instant) => boolean;

/** What happened before the books began is in their opening entry; `null`: they have everything. */
export function inBooksSince(booksStartAt: Instant | null): InBooks {
  return (at) => booksStartAt === null || at >= booksStartAt;
}
