import { accounts } from "../book/accounts.ts";
import type { InBooks } from "../book/books-start.ts";
import { Balances } from "../book/journal.ts";
import type { Finding } from "../charge/finding.ts";
import { compareStamps } from "../facts/facts.ts";
import type { ProviderRowFact, RowAmounts } from "../facts/transfer-facts.ts";
import { type ObjectKey, type PayoutId, payoutId } from "../ids.ts";
import type { Instant } from "../time.ts";

/** A row of one of the provider's balances that settles no charge. */
export interface ProviderRow
  extends RowAmounts,
    Pick<ProviderRowFact, "meaning" | "category" | "balanceName" | "sourceRef"> {
  readonly kind: "provider_row";
  readonly id: PayoutId;
  readonly key: ObjectKey;
  readonly at: Instant;
}

/** A row never changes, but one who tells it may know better than another what it is. */
export function foldProviderRow(key: ObjectKey, facts: readonly ProviderRowFact[]): ProviderRow {
  const isPlaced = ({ meaning }: ProviderRowFact) => Number(meaning !== "unplaced");
  const ordered = facts.toSorted((a, b) => isPlaced(a) - isPlaced(b) || compareStamps(a.stamp, b.stamp));
  const { stamp, ref: _, ...row } = ordered.at(-1) as ProviderRowFact;
  return { ...row, id: payoutId(key), key, at: stamp.occurredAt };
}

/** The balance moves by net; the fee is one, whatever else the row is. */
export function bookProviderRow(row: ProviderRow, inBooks: InBooks): Balances {
  const { key, meaning, balanceName, currency, gross, fee, net } = row;
  const target = new Balances();
  if (!inBooks(row.at)) return target;
  target.add(accounts.providerBalance(key, balanceName), currency, net);
  target.add(accounts.fees(key), currency, fee);
  switch (meaning) {
    case "fee":
      return target.add(accounts.fees(key), currency, -gross);
    case "reserve":
      // The provider tells of both its balances: where the row is the reserve's own, this is the same account.
      return target.add(accounts.reserve(key), currency, -gross);
    case "unplaced":
      return target.add(accounts.rowSuspense(key), currency, -gross);
    default:
      return meaning satisfies never;
  }
}

export function providerRowFindings(row: ProviderRow, inBooks: InBooks): Finding[] {
  const { meaning, gross, currency, category, key } = row;
  if (meaning !== "unplaced" || gross === 0n || !inBooks(row.at)) return [];
  const detail = { row: key.ref, category, provider_says: gross.toString(), we_say: "0", currency };
  return [{ kind: "row_unplaced", detail }];
}
