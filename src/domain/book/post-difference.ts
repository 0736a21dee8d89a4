import type { Books, ChargeRecord, PayoutRecord } from "../books.ts";
import type { Circumstances } from "../circumstances.ts";
import { entryId } from "../ids.ts";
import { type Balances, balanced, type Entry } from "./journal.ts";

/** Posts what the provider side should be less what it was posted as; nothing if there is no difference. */
export function postDifference(
  books: Books,
  before: ChargeRecord | PayoutRecord,
  target: Balances,
  subject: Pick<Entry, "chargeId" | "payoutId">,
  circumstances: Pick<Circumstances, "eventId" | "occurredAt" | "now" | "reason">,
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
    reason: circumstances.reason,
    postings: balanced(postings),
  });
  return { posted: target, entryCount: ordinal };
}
