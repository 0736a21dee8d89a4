import { DatedBalances } from "../../domain/book/dated.ts";
import type { Posting } from "../../domain/book/journal.ts";
import type { Books, PayoutRecord } from "../../domain/books.ts";
import { creditDiscrepancies, rebookCredit } from "../../domain/credit/count-credit.ts";
import type { CustomerCredit } from "../../domain/credit/customer-credit.ts";
import { type PayoutId, payoutId } from "../../domain/ids.ts";
import type { Instant } from "../../domain/time.ts";
import { rebookTransfer } from "../../domain/transfer/apply-transfer.ts";
import { creditOpeningKey } from "../../domain/transfer/credit-opening.ts";
import type { Transfer } from "../../domain/transfer/transfer.ts";
import { storedCredits } from "../../store/audit/read/credits.ts";
import type { Needs, WalletNeed, Work } from "../../store/batch/unit-of-work.ts";
import { transfersToRebook } from "../../store/charges/read/transfers-to-rebook.ts";
import type { Services } from "../services.ts";
import { booksAllAnew, type RebookOptions } from "./rebook.ts";

/** What booking money that moved without a charge changes: a payout, a row of the provider's balance, an opening, a customer's. */
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
  yield* rebookWithFacts(services, options);
  yield* rebookCredits(services, options);
}

async function* rebookWithFacts(
  services: Services,
  options: RebookOptions,
): AsyncGenerator<TransferDifference> {
  for (let after = -1n; ; ) {
    const page = await transfersToRebook(services.store.read, { after, limit: pageSize });
    const last = page.at(-1);
    if (last === undefined) return;
    const works = page.map(({ id }) => services.store.write(new RebookTransfer(id, services, options)));
    for (const difference of await Promise.all(works)) if (difference !== null) yield difference;
    after = last.no;
  }
}

/** What customers' credit was opened with, once the charges that it follows from are booked anew. */
async function* rebookCredits(
  services: Services,
  options: RebookOptions,
): AsyncGenerator<TransferDifference> {
  for (let after = ""; ; ) {
    const page = await storedCredits(services.store.read, after, pageSize);
    const last = page.at(-1);
    if (last === undefined) return;
    const works = page.map((credit) => services.store.write(new RebookCredit(credit, services, options)));
    for (const difference of await Promise.all(works)) if (difference !== null) yield difference;
    after = last.id;
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
    const difference = differenceBetween(before, tried.knownPayout(this.#id));
    // What stays as it is, is not written either.
    if (apply && difference !== null) rebookTransfer(books, key, circumstances);
    return difference;
  }
}

class RebookCredit implements Work<TransferDifference | null> {
  readonly needs: Needs;
  readonly #credit: CustomerCredit;
  readonly #services: Services;
  readonly #options: RebookOptions;

  constructor(credit: CustomerCredit, services: Services, options: RebookOptions) {
    this.needs = { credits: [credit.id], discrepancies: creditDiscrepancies(credit.id) };
    this.#credit = credit;
    this.#services = services;
    this.#options = options;
  }

  walletNeeds(): readonly WalletNeed[] {
    return [];
  }

  decide(books: Books, now: Instant): TransferDifference | null {
    const { apply, reason } = this.#options;
    const { policies } = this.#services;
    const circumstances = { policies, eventId: null, reason, occurredAt: now, now };
    const booked = apply ? books : books.copy();
    const id = payoutId(creditOpeningKey(this.#credit));
    const before = booked.knownPayout(id);
    rebookCredit(booked, this.#credit.id, circumstances);
    return differenceBetween(before, booked.knownPayout(id));
  }
}

function differenceBetween(
  before: PayoutRecord | undefined,
  after: PayoutRecord | undefined,
): TransferDifference | null {
  const posted = before?.posted ?? new DatedBalances();
  if (after?.payout == null || after.posted.equals(posted)) return null;
  const postings = after.posted.total().minus(posted.total()).postings();
  return { kind: after.payout.kind, ref: after.key.ref, postings };
}
