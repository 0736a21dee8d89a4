import { DatedBalances } from "../book/dated.ts";
import { postDifference } from "../book/post-difference.ts";
import type { Books } from "../books.ts";
import type { Circumstances } from "../circumstances.ts";
import { type PayoutId, payoutId } from "../ids.ts";
import type { Amount } from "../money.ts";
import type { Instant } from "../time.ts";
import { bookCreditOpening, type CreditOpening, creditOpeningKey } from "../transfer/credit-opening.ts";
import { broughtForward } from "./customer-balance.ts";
import type { CustomerCredit } from "./customer-credit.ts";

/** With what a customer's credit is in books that begin at this instant; `null`: they have all of it. */
export function openingOf({ steps }: CustomerCredit, booksStartAt: Instant | null): Amount {
  return booksStartAt === null ? 0n : broughtForward(steps, booksStartAt);
}

/**
 * Brings what a customer's credit was opened with to what is known of it now, as an entry at the start of the books. Gives
 * the transfer that holds it; `null` while there was never anything to open.
 */
export function openCredit(
  books: Books,
  credit: CustomerCredit,
  circumstances: Circumstances,
): PayoutId | null {
  const { booksStartAt } = circumstances.policies.current;
  const key = creditOpeningKey(credit);
  const before = books.payout(payoutId(key), key);
  const amount = openingOf(credit, booksStartAt);
  if (amount === 0n && credit.opening === null) return null;
  const { customerRef, currency } = credit;
  const known = before.payout?.kind === "credit_opening" ? before.payout.at : 0n;
  const at = booksStartAt ?? known;
  const payout: CreditOpening = {
    kind: "credit_opening",
    id: before.id,
    key,
    customerRef,
    currency,
    amount,
    at,
  };
  const target = DatedBalances.at(at, bookCreditOpening(payout));
  const subject = { chargeId: null, payoutId: before.id };
  books.putPayout({ ...before, ...postDifference(books, before, target, subject, circumstances), payout });
  return before.id;
}
