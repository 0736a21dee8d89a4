import { book } from "./book.ts";
import { type Books, type ChargeRecord, customerKey, type PayoutRecord } from "./books.ts";
import type { Charge } from "./charge.ts";
import type { Circumstances } from "./circumstances.ts";
import { reportFindings } from "./discrepancies.ts";
import type { ChargeFact, PayoutFact } from "./facts.ts";
import { fold } from "./fold.ts";
import { chargeId, entryId, type ObjectKey, payoutId, type WalletId } from "./ids.ts";
import { type Balances, balanced, type Entry } from "./journal.ts";
import { chargeMessages } from "./messages.ts";
import { ownerOf } from "./owner.ts";
import { bookPayout, foldPayout } from "./payout.ts";
import { pinTo, settledAt, withOwner } from "./pin.ts";
import type { Pin, Policy, PolicyBook } from "./policy.ts";
import type { Instant } from "./time.ts";
import { moveWallet } from "./wallet-side.ts";

/**
 * The way through the house for one charge: facts → fold → pin → book → journal → wallet → messages. What the books
 * should say is a pure function of the facts; only the difference to what was posted before is posted.
 */
export function applyFacts(
  books: Books,
  key: ObjectKey,
  facts: readonly ChargeFact[],
  circumstances: Circumstances,
): Charge {
  const before = books.charge(chargeId(key), key);
  const known = [...before.facts, ...facts];
  const charge = fold(key, known);
  const policy = policyFor(before, circumstances.policies);
  const settled = settledAt(charge, policy);
  const pin = pinOf(books, before, charge, policy, settled);
  const target = book(charge, { settledAt: settled, booksStartAt: policy.booksStartAt });
  const provider = postDifference(
    books,
    before,
    target,
    { chargeId: before.id, payoutId: null },
    circumstances,
  );
  const wallet = moveWallet(books, before, { charge, pin, settled, policy, circumstances });
  const discrepancies = reportFindings(books, before, charge, circumstances);
  const after: ChargeRecord = {
    ...before,
    ...provider,
    ...wallet,
    facts: known,
    charge,
    pin,
    settledAt: settled,
    discrepancies,
  };
  for (const fact of facts) books.facts.push({ subject: before.id, fact });
  if (before.charge?.kind !== charge.kind && charge.kind !== "unseen") books.arrived.add(before.id);
  books.messages.push(...chargeMessages(before, after, circumstances.now));
  books.putCharge(after);
  return charge;
}

/** The same for a payout, which has no wallet. */
export function applyPayoutFacts(
  books: Books,
  key: ObjectKey,
  facts: readonly PayoutFact[],
  circumstances: Circumstances,
): void {
  const before = books.payout(payoutId(key), key);
  const known = [...before.facts, ...facts];
  const payout = foldPayout(key, known);
  const subject = { chargeId: null, payoutId: before.id };
  const provider = postDifference(books, before, bookPayout(payout), subject, circumstances);
  for (const fact of facts) books.facts.push({ subject: before.id, fact });
  books.putPayout({ ...before, ...provider, facts: known, payout });
}

/** What of its wallet must be at hand before facts are applied to a charge. */
export interface WalletAtHand {
  readonly wallet: WalletId;
  /** Value may leave it, or return to the lots it came from: then its lots are needed, and the charge's own lines. */
  readonly lots: boolean;
}

/** The wallet that applying these facts may change: the pinned one, or the one the charge is about to be pinned to. */
export function walletAtHand(
  books: Books,
  key: ObjectKey,
  facts: readonly ChargeFact[],
  policies: PolicyBook,
): WalletAtHand | null {
  const before = books.charge(chargeId(key), key);
  const known = [...before.facts, ...facts];
  const charge = fold(key, known);
  const policy = policyFor(before, policies);
  const pin = pinOf(books, before, charge, policy, settledAt(charge, policy));
  if (pin === null || pin.walletId === null) return null;
  const mayDebit = Object.values(pin.rules).some((rule) => rule.effect === "debit");
  return { wallet: pin.walletId, lots: before.settledAt !== null || charge.movements.length > 0 || mayDebit };
}

function policyFor(before: ChargeRecord, policies: PolicyBook): Policy {
  return before.pin === null ? policies.current : policies.version(before.pin.policyVersion);
}

function pinOf(
  books: Books,
  before: ChargeRecord,
  charge: Charge,
  policy: Policy,
  settled: Instant | null,
): Pin | null {
  if (settled === null && before.pin === null) return null;
  const linked =
    charge.customerRef === null ? undefined : books.linkedOwner(customerKey(charge.key, charge.customerRef));
  const owner = ownerOf(charge, policy, linked);
  return before.pin === null ? pinTo(policy, charge, owner) : withOwner(before.pin, charge, owner);
}

/** Posts what the provider side should be less what it was posted as; nothing if there is no difference. */
function postDifference(
  books: Books,
  before: ChargeRecord | PayoutRecord,
  target: Balances,
  subject: Pick<Entry, "chargeId" | "payoutId">,
  circumstances: Circumstances,
): Pick<ChargeRecord, "posted" | "entryCount"> {
  const postings = target.minus(before.posted).postings();
  if (postings.length === 0) return { posted: before.posted, entryCount: before.entryCount };
  const ordinal = before.entryCount + 1;
  books.entries.push({
    ...subject,
    id: entryId(before.id, ordinal),
    kind: "provider",
    ordinal,
    walletId: null,
    eventId: circumstances.eventId,
    effectiveAt: circumstances.occurredAt,
    postedAt: circumstances.now,
    reason: null,
    postings: balanced(postings),
  });
  return { posted: target, entryCount: ordinal };
}
