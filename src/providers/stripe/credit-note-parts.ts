import type { CreditNoteFact } from "../../domain/facts/linked-facts.ts";
import { type Amount, sum } from "../../domain/money.ts";
import { type Parked, parked } from "../kit/parked.ts";
import type { CreditNote } from "./credit-note.ts";

export type CreditNoteParts = Pick<
  CreditNoteFact,
  "beforePayment" | "refunds" | "credited" | "givenOutside"
> & { readonly kind: "parts" };

/**
 * What a note consists of. Since Basil it states how much of each; before it there was one refund at most, named without
 * an amount, and what went to the customer's balance was told by a transaction of its own.
 */
export function creditNoteParts(sent: CreditNote): CreditNoteParts | Parked {
  const { refunds: listed, refund, total } = sent;
  if (listed != null && refund != null && !listed.some((each) => each.refund === refund))
    return parked("shapes_disagree", "data.object.refunds: lacks the refund that data.object.refund names.");
  const beforePayment = beforePaymentOf(sent);
  const refunds = refundsOf(sent);
  const recorded = (listed ?? []).filter((each) => each.refund == null);
  const givenOutside = (sent.out_of_band_amount ?? 0n) + sum(recorded.map((each) => each.amount_refunded));
  const rest = beforePayment === null ? null : restOf(total - beforePayment - givenOutside, refunds);
  if (rest !== null && rest < 0n)
    return parked("credit_note_parts", "data.object.total: is less than its parts together.");
  return { kind: "parts", beforePayment, refunds, credited: creditedOf(sent, rest), givenOutside };
}

function beforePaymentOf({
  pre_payment_amount: stated,
  post_payment_amount: after,
  type,
  total,
}: CreditNote) {
  if (stated != null) return stated;
  if (after != null) return total - after;
  if (type === "pre_payment") return total;
  return type === "post_payment" ? 0n : null;
}

function refundsOf({ refunds, refund }: CreditNote): CreditNoteFact["refunds"] {
  if (refunds == null) return refund == null ? [] : [{ ref: refund, amount: null }];
  return refunds.flatMap(({ refund: ref, amount_refunded: amount }) =>
    ref == null ? [] : [{ ref, amount }],
  );
}

/** What of the part after payment no refund accounts for; `null` if a refund's amount is not known here. */
function restOf(afterPayment: Amount, refunds: CreditNoteFact["refunds"]): Amount | null {
  let rest = afterPayment;
  for (const { amount } of refunds) {
    if (amount === null) return null;
    rest -= amount;
  }
  return rest;
}

/** Without a balance transaction nothing went there; with one, what is left over did. */
function creditedOf({ customer_balance_transaction: transaction }: CreditNote, rest: Amount | null) {
  if (transaction == null) return 0n;
  return typeof transaction === "object" ? -transaction.amount : rest;
}
