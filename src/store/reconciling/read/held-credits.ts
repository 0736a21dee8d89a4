import type { Kysely } from "kysely";
import { type BalanceStep, ownedNow } from "../../../domain/credit/customer-credit.ts";
import type { Source } from "../../../domain/ids.ts";
import type { Instant } from "../../../domain/time.ts";
import { fromText } from "../../engine/exact-json.ts";
import type { Database } from "../../schema.ts";

/** What one customer owns at a provider in one currency, as far as we heard of it; negative is debt. */
export interface HeldCredit {
  readonly customerRef: string;
  readonly currency: string;
  readonly owned: bigint;
}

export interface HeldCredits {
  readonly credits: readonly HeldCredit[];
  /** Names the last one, if there may be more. */
  readonly last: string | null;
}

interface After {
  readonly after: string;
  readonly limit: number;
  readonly booksStartAt: Instant | null;
}

/**
 * What documents gave to customers less what they spent, from the moment the provider counts it: a document that is not paid
 * yet has used the customer's balance already, while the ledger waits until it settles.
 */
export async function customerCreditsAfter(
  db: Kysely<Database>,
  { provider, account }: Source,
  { after, limit, booksStartAt }: After,
): Promise<HeldCredits> {
  const rows = await db
    .selectFrom("customer_credits")
    .select(["id", "customer_ref", "currency", "issued", "applied", "steps"])
    .where("provider", "=", provider)
    .where("account", "=", account)
    .where("id", ">", after)
    .orderBy("id")
    .limit(limit)
    .execute();
  const credits = rows.map(({ customer_ref: customerRef, currency, issued, applied, steps }) => {
    const told = fromText<BalanceStep[]>(steps);
    // Where documents state the balance, each says how it changed it.
    const owned = told.length > 0 ? ownedNow(told, booksStartAt) : issued - applied;
    return { customerRef, currency, owned };
  });
  const last = rows.at(-1);
  return { credits, last: last === undefined || rows.length < limit ? null : last.id };
}
