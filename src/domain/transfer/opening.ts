import { accounts } from "../book/accounts.ts";
import { Balances } from "../book/journal.ts";
import { compareStamps } from "../facts/facts.ts";
import type { OpeningEvidence, OpeningFact } from "../facts/transfer-facts.ts";
import { type ObjectKey, type PayoutId, payoutId } from "../ids.ts";
import type { Amount } from "../money.ts";
import { formatInstant, type Instant } from "../time.ts";

/** What the provider owed us in one currency at one instant. */
export interface Opening {
  readonly kind: "opening";
  readonly id: PayoutId;
  readonly key: ObjectKey;
  readonly at: Instant;
  readonly evidence: OpeningEvidence;
  readonly currency: string;
  readonly amount: Amount;
}

/** Names the balance of a currency at an instant: each is told apart, so that changing when books begin loses nothing. */
export function openingRef(at: Instant, currency: string): string {
  return `opening:${formatInstant(at)}:${currency}`;
}

/** The provider's own word for its balance is better than our sum of its rows, which may miss one. */
const ranks: Record<OpeningEvidence, number> = { rows: 0, stated: 1 };

export function foldOpening(key: ObjectKey, facts: readonly OpeningFact[]): Opening {
  const ordered = facts.toSorted(
    (a, b) => ranks[a.evidence] - ranks[b.evidence] || compareStamps(a.stamp, b.stamp),
  );
  const { at, evidence, currency, amount } = ordered.at(-1) as OpeningFact;
  return { kind: "opening", id: payoutId(key), key, at, evidence, currency, amount };
}

/** Only what is known of the very instant opens the books. */
export function bookOpening({ key, at, currency, amount }: Opening, booksStartAt: Instant | null): Balances {
  if (at !== booksStartAt) return new Balances();
  return new Balances()
    .add(accounts.balance(key), currency, amount)
    .add(accounts.providerOpening(key), currency, -amount);
}
