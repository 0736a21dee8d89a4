import type { Posting } from "../domain/book/journal.ts";
import type { Books } from "../domain/books.ts";
import type { PayoutId } from "../domain/ids.ts";
import type { Instant } from "../domain/time.ts";
import { rebookTransfer } from "../domain/transfer/apply-transfer.ts";
import type { Transfer } from "../domain/transfer/transfer.ts";
import { transfersToRebook } from "../store/read/transfers-to-rebook.ts";
import type { Needs, WalletNeed, Work } from "../store/unit-of-work.ts";
import { booksAllAnew, type RebookOptions } from "./rebook.ts";
import type { Services } from "./services.ts";

/** What booking money that moved without a charge changes: a payout, a row of the provider's balance, an opening. */
export interface TransferDifference {
  readonly kind: Transfer["kind"];
  /** The provider's own id of it. */
  readonly ref: string;
  readonly postings: readonly Posting[];
}

const pageSize = 64;

/**
 * Books everything that moved without a charge anew under the policy in force, which no other version was pinned to: shows
 * what differs, and posts it if asked to. Nothing where another version is asked for, or a window of settled charges.
 */
export async function* rebookTransfers(
  services: Services,
  options: RebookOptions,
): AsyncGenerator<TransferDifference> {
  if (!booksAllAnew(services, options)) return;
  for (let after = -1n; ; ) {
    const page = await transfersToRebook(services.store.read, { after, limit: pageSize });
    const last = page.at(-1);
    if (last === undefined) return;
    const works = page.map(({ id }) => services.store.write(new RebookTransfer(id, services, options)));
    for (const difference of await Promise.all(works)) if (difference !== null) yield difference;
    after = last.no;
  }
}

class RebookTransfer implements Work<TransferDifference | null> {
  readonly needs: Needs;
  readonly #id: PayoutId;
  readonly #services: Services;
  readonly #options: RebookOptions;

  constructor(id: PayoutId, services: Services, options: RebookOptions) {
    this.needs = { payouts: [id] };
    this.#id = id;
    this.#services = services;
    this.#options = options;
  }

  walletNeeds(): readonly WalletNeed[] {
    return [];
  }

  decide(books: Books, now: Instant): TransferDifference | null {
    const before = books.knownPayout(this.#id);
    const { apply, reason } = this.#options;
    const { policies } = this.#services;
    if (before === undefined) return null;
    const { key } = before;
    const circumstances = { policies, eventId: null, reason, occurredAt: now, now };
    const tried = books.copy();
    rebookTransfer(tried, key, circumstances);
    const after = tried.knownPayout(this.#id);
    if (after?.payout == null || after.posted.equals(before.posted)) return null;
    const postings = after.posted.total().minus(before.posted.total()).postings();
    // What stays as it is, is not written either.
    if (apply) rebookTransfer(books, key, circumstances);
    return { kind: after.payout.kind, ref: key.ref, postings };
  }
}
