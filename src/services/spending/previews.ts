import { hash } from "node:crypto";
import type { Entry } from "../../domain/book/journal.ts";
import type { Books } from "../../domain/books.ts";
import { canonical } from "../../domain/canonical.ts";
import type { Instant } from "../../domain/time.ts";
import type { WalletLine } from "../../domain/wallet/wallet.ts";
import type { Snapshot } from "../../store/batch/snapshot.ts";
import type { Needs, WalletNeed, Work } from "../../store/batch/unit-of-work.ts";

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

abstract class About<Result, Outcome> implements Work<Outcome> {
  readonly needs: Needs;
  readonly alone: boolean;
  protected readonly work: Work<Result>;
  readonly #seen: Seen;

  constructor(work: Work<Result>, seen: Seen) {
    this.work = work;
    this.needs = work.needs;
    this.alone = work.alone ?? false;
    this.#seen = seen;
  }

  walletNeeds(books: Books): readonly WalletNeed[] {
    return this.work.walletNeeds(books);
  }

  abstract decide(books: Books, now: Instant): Outcome;

  protected preview(books: Books, now: Instant): Preview<Result> {
    const trial = books.copy();
    const result = this.work.decide(trial, now);
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
      seen: this.#seen(books),
    };
    return { result, entries, lines, hash: hash("sha256", canonical(shown), "hex") };
  }
}

const nothingElse: Seen = () => null;

/** Only shows what the work would do. */
export class Previewed<Result> extends About<Result, Preview<Result>> {
  constructor(work: Work<Result>, seen: Seen = nothingElse) {
    super(work, seen);
  }

  decide(books: Books, now: Instant): Preview<Result> {
    return this.preview(books, now);
  }
}

/** Several that are only shown, on books that are read once for all of them. */
export class Several<Result> implements Work<Result[]> {
  readonly needs: Needs;
  readonly #works: readonly Work<Result>[];

  /** @param works - of which none changes the books, and all need the same */
  constructor(works: readonly [Work<Result>, ...Work<Result>[]]) {
    this.#works = works;
    this.needs = works[0].needs;
  }

  walletNeeds(books: Books): readonly WalletNeed[] {
    return this.#works.flatMap((work) => work.walletNeeds(books));
  }

  decide(books: Books, now: Instant): Result[] {
    return this.#works.map((work) => work.decide(books, now));
  }
}

/** Does the work if it still does what was shown; without a hash it was not shown. */
export class Confirmed<Result> extends About<Result, Result | Stale> {
  readonly #hash: string | null;

  constructor(work: Work<Result>, hash: string | null, seen: Seen = nothingElse) {
    super(work, seen);
    this.#hash = hash;
  }

  decide(books: Books, now: Instant): Result | Stale {
    const isStale = this.#hash !== null && this.preview(books, now).hash !== this.#hash;
    return isStale ? { kind: "preview_stale" } : this.work.decide(books, now);
  }
}
