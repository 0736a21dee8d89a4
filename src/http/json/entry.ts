import type { Entry, Posting } from "../../domain/book/journal.ts";
import { amount, time } from "./values.ts";

export function entryJson(entry: Entry) {
  return {
    id: entry.id,
    kind: entry.kind,
    charge_id: entry.chargeId,
    wallet_id: entry.walletId,
    payout_id: entry.payoutId,
    event_id: entry.eventId,
    effective_at: time(entry.effectiveAt),
    posted_at: time(entry.postedAt),
    reason: entry.reason,
    postings: entry.postings.map((posting) => ({
      account: posting.account,
      currency: posting.currency,
      amount: amount(posting.amount),
    })),
  };
}

/** One line of the trial balance. */
export function accountJson({ account, currency, amount: balance }: Posting) {
  return { account, currency, balance: amount(balance) };
}
