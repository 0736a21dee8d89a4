import { accounts } from "../book/accounts.ts";
import { Balances } from "../book/journal.ts";
import type { ObjectKey, PayoutId, Source } from "../ids.ts";
import type { Amount } from "../money.ts";
import type { Instant } from "../time.ts";

/**
 * What the provider held for one customer in one currency when the books began. Nothing states it by itself: it follows from
 * what the customer's documents say of the balance that they found.
 */
export interface CreditOpening {
  readonly kind: "credit_opening";
  readonly id: PayoutId;
  readonly key: ObjectKey;
  readonly customerRef: string;
  readonly currency: string;
  /** As the customer's: credit is positive, debt negative. */
  readonly amount: Amount;
  /** When the books began. */
  readonly at: Instant;
}

/** The opening of a customer's credit, by what names the credit. */
export function creditOpeningKey({
  provider,
  account,
  customerRef,
  currency,
}: Source & Pick<CreditOpening, "customerRef" | "currency">): ObjectKey {
  return { provider, account, ref: `credit_opening:${customerRef}:${currency}` };
}

export function bookCreditOpening({ key, customerRef, currency, amount }: CreditOpening): Balances {
  return new Balances()
    .add(accounts.customerCredit(key, customerRef), currency, -amount)
    .add(accounts.providerOpening(key), currency, amount);
}
