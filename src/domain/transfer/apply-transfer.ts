import { postDifference } from "../book/post-difference.ts";
import type { Books } from "../books.ts";
import { reportFindings } from "../charge/discrepancies.ts";
import type { Circumstances } from "../circumstances.ts";
import type { TransferFact } from "../facts/transfer-facts.ts";
import { type ObjectKey, payoutId } from "../ids.ts";
import { bookTransfer, foldTransfer, transferFindings } from "./transfer.ts";

/** What happens to a charge, for money that moves without one: facts → fold → book → journal. It has no wallet. */
export function applyTransferFacts(
  books: Books,
  key: ObjectKey,
  facts: readonly TransferFact[],
  circumstances: Circumstances,
): void {
  const before = books.payout(payoutId(key), key);
  const known = [...before.facts, ...facts];
  const payout = foldTransfer(key, known);
  const { booksStartAt } = circumstances.policies.current;
  const subject = { chargeId: null, payoutId: before.id };
  const target = bookTransfer(payout, booksStartAt);
  const posted = postDifference(books, before, target, subject, circumstances);
  const about = { source: key, subject: before.id, chargeId: null };
  const findings = transferFindings(payout, booksStartAt);
  const discrepancies = reportFindings(books, about, before.discrepancies, findings, circumstances);
  for (const fact of facts) books.facts.push({ subject: before.id, fact });
  books.putPayout({ ...before, ...posted, facts: known, payout, discrepancies });
}

/** Books it anew under the policy in force, from what is known of it. */
export function rebookTransfer(books: Books, key: ObjectKey, circumstances: Circumstances): void {
  applyTransferFacts(books, key, [], circumstances);
}
