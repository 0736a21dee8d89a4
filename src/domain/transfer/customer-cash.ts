import { accounts } from "../book/accounts.ts";
import type { InBooks } from "../book/books-start.ts";
import { Balances } from "../book/journal.ts";
import type { CustomerCashFact } from "../facts/transfer-facts.ts";
import { type ObjectKey, type PayoutId, payoutId } from "../ids.ts";
import type { Amount } from "../money.ts";
import type { Instant } from "../time.ts";

/** Cash that came to a customer's own balance at the provider, or negative that left it. */
export interface CustomerCash {
  readonly kind: "customer_cash";
  readonly id: PayoutId;
  readonly key: ObjectKey;
  readonly customerRef: string;
  readonly amount: Amount;
  readonly currency: string;
  readonly at: Instant;
}

export function foldCustomerCash(key: ObjectKey, facts: readonly CustomerCashFact[]): CustomerCash {
  const { customerRef, amount, currency, stamp } = facts[0] as CustomerCashFact;
  return {
    kind: "customer_cash",
    id: payoutId(key),
    key,
    customerRef,
    amount,
    currency,
    at: stamp.occurredAt,
  };
}

/**
 * Cash that came in is the customer's, and waits at the provider as what is collected does. Once it pays for a document,
 * that books what it collected, and this is its other side.
 */
export function bookCustomerCash(
  { key, customerRef, amount, currency, at }: CustomerCash,
  inBooks: InBooks,
): Balances {
  if (!inBooks(at)) return new Balances();
  return new Balances()
    .add(accounts.unsettled(key), currency, amount)
    .add(accounts.customerCash(key, customerRef), currency, -amount);
}
