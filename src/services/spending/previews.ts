import { hash } from "node:crypto";
import type { Entry } from "../../domain/book/journal.ts";
import type { Books } from "../../domain/books.ts";
import { canonical } from "../../domain/canonical.ts";
import type { Instant } from "../../domain/time.ts";
import type { WalletLine } from "../../domain/wallet/wallet.ts";
import type { Snapshot } from "../../store/batch/snapshot.ts";
import { type Work, walletNeedsOf } from "../../store/batch/unit-of-work.ts";

/** Decides a work on the books of one moment, and does nothing. */
export type Decide = Snapshot["decide"];

/** What a work would do if it were done now. */
export interface Preview<Result> {
  readonly result: Result;
  readonly entries: readonly Entry[];
  readonly lines: readonly WalletLine[];
  /** Changes when anything of it does, but for its times: who confirms says what was shown. */
  readonly hash: string;
}

/** The books have moved since it was shown: nothing was done. */
export interface Stale {
  readonly kind: "preview_stale";
}

/** What besides entries and lines somebody looked at when deciding, such as both sides of a discrepancy. */
export type Seen = (books: Books) => unknown;

function previewOf<Result>(work: Work<Result>, seen: Seen, books: Books, now: Instant): Preview<Result> {
  const trial = books.copy();
  const result = work.decide(trial, now);
  const { entries, walletLines: lines } = trial;
  const shown = {
    kind: (result as { readonly kind?: unknown }).kind,
    entries: entries.map(({ id, postings }) => ({ id, postings })),
    lines: lines.map(({ seq, amount, balanceAfter, uncovered }) => ({
      seq,
      amount,
      balanceAfter,
      uncovered,
    })),
    seen: seen(books),
  };
  return { result, entries, lines, hash: hash("sha256", canonical(shown), "hex") };
}

const nothingElse: Seen = () => null;

/** Only shows what the work would do. */
export const previewing = <Result>(work: Work<Result>, seen: Seen = nothingElse): Work<Preview<Result>> => ({
  ...work,
  decide: (books, now) => previewOf(work, seen, books, now),
});

/**
 * Several that are only shown, on books that are read once for all of them.
 * @param works - of which none changes the books, and all need the same
 */
export const decidingEach = <Result>(works: readonly [Work<Result>, ...Work<Result>[]]): Work<Result[]> => ({
  needs: works[0].needs,
  walletNeeds: (books) => works.flatMap((work) => walletNeedsOf(work, books)),
  decide: (books, now) => works.map((work) => work.decide(books, now)),
});

/** Does the work if it still does what was shown; without a hash it was not shown. */
export const confirming = <Result>(
  work: Work<Result>,
  shownHash: string | null,
  seen: Seen = nothingElse,
): Work<Result | Stale> => ({
  ...work,
  decide(books, now) {
    const isStale = shownHash !== null && previewOf(work, seen, books, now).hash !== shownHash;
    return isStale ? { kind: "preview_stale" } : work.decide(books, now);
  },
});
