import type { Deed } from "../../domain/action.ts";
import { DatedBalances } from "../../domain/book/dated.ts";
import type { Posting } from "../../domain/book/journal.ts";
import type { ChargeRecord, PayoutRecord } from "../../domain/books.ts";
import { creditDiscrepancies, rebookCredit } from "../../domain/credit/count-credit.ts";
import { type CustomerCredit, customerCreditId } from "../../domain/credit/customer-credit.ts";
import { rebookCharge } from "../../domain/decide.ts";
import { type ChargeId, customerKey, type PayoutId, payoutId } from "../../domain/ids.ts";
import type { Amount } from "../../domain/money.ts";
import type { Policy } from "../../domain/policy/policy.ts";
import type { Instant } from "../../domain/time.ts";
import { rebookTransfer } from "../../domain/transfer/apply-transfer.ts";
import { creditOpeningKey, type Transfer } from "../../domain/transfer/transfer.ts";
import { storedCredits } from "../../store/audit/read/charges.ts";
import type { Work } from "../../store/batch/unit-of-work.ts";
import {
  type ChargeToRebook,
  chargesToRebook,
  transfersToRebook,
} from "../../store/charges/read/to-book-anew.ts";
import { recorded } from "../people/acting.ts";
import type { Services } from "../services.ts";

export interface RebookOptions {
  /** A stored version. */
  readonly policyVersion: number;
  /** Half-open, on the provider's clock of settling. */
  readonly from: Instant | null;
  readonly to: Instant | null;
  /** Without it nothing is posted: the differences are only shown. */
  readonly apply: boolean;
  readonly reason: string;
}

/** What booking a charge under another version of the policy changes. */
export interface RebookDifference {
  readonly chargeId: ChargeId;
  /** The provider's own id of it. */
  readonly ref: string;
  readonly currency: string;
  readonly walletId: string | null;
  /** `null` of one that has not settled: no version is pinned to it. */
  readonly fromVersion: number | null;
  readonly toppedUp: readonly [before: Amount, after: Amount];
  readonly takenBack: readonly [before: Amount, after: Amount];
  readonly debited: readonly [before: Amount, after: Amount];
}

const pageSize = 64;

/**
 * Books settled charges anew under a policy version: shows what differs, and posts it if asked to. Charges that have not
 * settled are under the version in force: they are booked anew with it where no window is given. Each charge is a
 * transaction of its own, and is decided on what its wallet holds then; what was stopped halfway can be run again.
 * @throws PolicyUnknown if there is no such version
 */
export async function* rebook(services: Services, options: RebookOptions): AsyncGenerator<RebookDifference> {
  const policy = services.policies.version(options.policyVersion);
  const unsettled = booksAllAnew(services, options);
  for (let after = -1n; ; ) {
    const page = await chargesToRebook(services.store.read, {
      ...options,
      unsettled,
      after,
      limit: pageSize,
    });
    const last = page.at(-1);
    if (last === undefined) return;
    for (const charge of page) {
      const work = rebookingCharge(charge, policy, services, options);
      const difference = await services.store.write(
        options.apply ? recorded(services, work, (changed) => rebooked(changed, options)) : work,
      );
      if (difference !== null) yield difference;
    }
    after = last.no;
  }
}

/** Whether what no version is pinned to is booked anew too. */
function booksAllAnew({ policies }: Services, { policyVersion, from, to }: RebookOptions): boolean {
  return policyVersion === policies.current.version && from === null && to === null;
}

function rebooked(
  difference: RebookDifference | null,
  { policyVersion, reason }: RebookOptions,
): Deed | null {
  if (difference === null) return null;
  const { chargeId, fromVersion } = difference;
  const before = fromVersion === null ? null : { policy_version: String(fromVersion) };
  const after = { policy_version: String(policyVersion) };
  return { action: "charge.rebook", subject: chargeId, reason, before, after };
}

function rebookingCharge(
  charge: ChargeToRebook,
  policy: Policy,
  { policies }: Services,
  { apply, reason }: RebookOptions,
): Work<RebookDifference | null> {
  const { id, customerRef, currency } = charge;
  return {
    // Without its customer's link a charge would seem to have changed hands, without its credit that would begin anew.
    needs: {
      charges: [id],
      customers: customerRef === null ? [] : [customerKey(charge, customerRef)],
      credits: customerRef === null ? [] : [customerCreditId(charge, customerRef, currency)],
    },
    walletNeeds(books) {
      const wallet = books.knownCharge(id)?.pin?.walletId ?? null;
      return wallet === null ? [] : [{ wallet, lots: true, charge: id }];
    },
    decide(books, now) {
      const before = books.knownCharge(id);
      const circumstances = { policies, eventId: null, reason, occurredAt: now, now };
      const after = rebookCharge(apply ? books : books.copy(), id, policy, circumstances);
      return before === undefined || after === null ? null : differenceOf(before, after);
    },
  };
}

function differenceOf(before: ChargeRecord, after: ChargeRecord): RebookDifference | null {
  const of = (field: "toppedUp" | "takenBack" | "debited") => [before[field], after[field]] as const;
  const pairs = { toppedUp: of("toppedUp"), takenBack: of("takenBack"), debited: of("debited") };
  if (Object.values(pairs).every(([is, becomes]) => is === becomes) && before.posted.equals(after.posted))
    return null;
  return {
    chargeId: before.id,
    ref: before.key.ref,
    currency: after.charge?.currency ?? "",
    walletId: before.pin?.walletId ?? null,
    fromVersion: before.pin?.policyVersion ?? null,
    ...pairs,
  };
}

/** What booking money that moved without a charge changes: a payout, a row of the provider's balance, an opening, a customer's. */
export interface TransferDifference {
  readonly kind: Transfer["kind"];
  /** The provider's own id of it. */
  readonly ref: string;
  readonly postings: readonly Posting[];
}

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
    const works = page.map(({ id }) => services.store.write(rebookingTransfer(id, services, options)));
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
    const works = page.map((credit) => services.store.write(rebookingCredit(credit, services, options)));
    for (const difference of await Promise.all(works)) if (difference !== null) yield difference;
    after = last.id;
  }
}

function rebookingTransfer(
  id: PayoutId,
  { policies }: Services,
  { apply, reason }: RebookOptions,
): Work<TransferDifference | null> {
  return {
    needs: { payouts: [id] },
    decide(books, now) {
      const before = books.knownPayout(id);
      if (before === undefined) return null;
      const { key } = before;
      const circumstances = { policies, eventId: null, reason, occurredAt: now, now };
      const tried = books.copy();
      rebookTransfer(tried, key, circumstances);
      const difference = differenceBetween(before, tried.knownPayout(id));
      // What stays as it is, is not written either.
      if (apply && difference !== null) rebookTransfer(books, key, circumstances);
      return difference;
    },
  };
}

function rebookingCredit(
  credit: CustomerCredit,
  { policies }: Services,
  { apply, reason }: RebookOptions,
): Work<TransferDifference | null> {
  return {
    needs: { credits: [credit.id], discrepancies: creditDiscrepancies(credit.id) },
    decide(books, now) {
      const circumstances = { policies, eventId: null, reason, occurredAt: now, now };
      const booked = apply ? books : books.copy();
      const id = payoutId(creditOpeningKey(credit));
      const before = booked.knownPayout(id);
      rebookCredit(booked, credit.id, circumstances);
      return differenceBetween(before, booked.knownPayout(id));
    },
  };
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
