import type { Books, ChargeRecord, PayoutRecord } from "../books.ts";
import type { Circumstances } from "../circumstances.ts";
import { entryId } from "../ids.ts";
import type { DatedBalances } from "./dated.ts";
import { balanced, type Entry } from "./journal.ts";

/**
 * Posts what the provider side should be less what it was posted as, an entry per quarter of an hour in which they differ;
 * nothing if there is no difference.
 */
export function postDifference(
  books: Books,
  before: ChargeRecord | PayoutRecord,
  target: DatedBalances,
  subject: Pick<Entry, "chargeId" | "payoutId">,
  circumstances: Pick<Circumstances, "eventId" | "now" | "reason">,
): Pick<ChargeRecord, "posted" | "entryCount"> {
  const steps = target.minus(before.posted).steps();
  if (steps.length === 0) return { posted: before.posted, entryCount: before.entryCount };
  steps.forEach(({ at, balances }, index) => {
    const ordinal = before.entryCount + 1 + index;
    books.entries.push({
      ...subject,
      id: entryId(before.id, ordinal),
      kind: "provider",
      ordinal,
      walletId: null,
      eventId: circumstances.eventId,
      effectiveAt: at,
      postedAt: circumstances.now,
      reason: circumstances.reason,
      postings: balanced(balances.postings()),
    });
  });
  return { posted: target, entryCount: before.entryCount + steps.length };
}
