import { postDifference } from "../book/post-difference.ts";
import type { Books } from "../books.ts";
import { reportFindings } from "../charge/discrepancies.ts";
import type { Circumstances } from "../circumstances.ts";
import { contestedOf } from "../facts/claims.ts";
import type { TransferFact } from "../facts/transfer-facts.ts";
import { type ObjectKey, payoutId } from "../ids.ts";
import { hear, stake } from "../place/dossier.ts";
import { transferOf } from "./transfer.ts";

/** What happens to a charge, for money that moves without one: facts → fold → book → journal. It has no wallet. */
export function applyTransferFacts(
  books: Books,
  key: ObjectKey,
  facts: readonly TransferFact[],
  circumstances: Circumstances,
): void {
  const before = books.payout(payoutId(key), key);
  const known = [...before.facts, ...facts];
  const heard = hear(books, key, facts);
  const contested = { ...before.contested, ...heard.contested };
  const { booksStartAt } = circumstances.policies.current;
  const subject = { chargeId: null, payoutId: before.id };
  const { transfer: payout, target, findings } = transferOf(key, { facts: known, contested }, booksStartAt);
  const posted = postDifference(books, before, target, subject, circumstances);
  const about = { source: key, subject: before.id, chargeId: null };
  const discrepancies = reportFindings(books, about, before.discrepancies, findings, circumstances);
  for (const fact of facts)
    books.facts.push({ subject: before.id, fact, contested: contestedOf(fact, contested) });
  stake(books, heard);
  books.putPayout({ ...before, ...posted, facts: known, contested, payout, discrepancies });
}

/** Books it anew under the policy in force, from what is known of it. */
export function rebookTransfer(books: Books, key: ObjectKey, circumstances: Circumstances): void {
  applyTransferFacts(books, key, [], circumstances);
}
