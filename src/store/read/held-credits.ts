import { type Kysely, sql } from "kysely";
import type { Source } from "../../domain/ids.ts";
import type { Database } from "../schema.ts";

/** What one customer owns at a provider in one currency, by our books; negative is debt. */
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
}

/**
 * The accounts below a path that ends where a customer's name begins; a liability is credit. Without what a person posted to
 * settle a difference: it stands for that difference, and is taken back when a side changes.
 */
export async function ledgerCreditsAfter(
  db: Kysely<Database>,
  prefix: string,
  { after, limit }: After,
): Promise<HeldCredits> {
  const rows = await db
    .selectFrom("accounts")
    .select((eb) => [
      "path",
      "currency",
      eb
        .selectFrom("postings")
        .innerJoin("entries", "entries.no", "postings.entry_no")
        .where("entries.kind", "<>", "correction")
        .select(sql<bigint | null>`cast(sum(postings.amount) as bigint)`.as("sum"))
        .whereRef("postings.account_no", "=", "accounts.no")
        .as("balance"),
    ])
    .where("path", ">=", prefix)
    .where("path", "<", `${prefix}\u{10ffff}`)
    .where(sql<string>`path || ' ' || currency`, ">", after)
    .orderBy(sql`path || ' ' || currency`)
    .limit(limit)
    .execute();
  const credits = rows.map(({ path, currency, balance }) => ({
    customerRef: path.slice(prefix.length),
    currency,
    owned: -(balance ?? 0n),
  }));
  const last = rows.at(-1);
  return {
    credits,
    last: last === undefined || rows.length < limit ? null : `${last.path} ${last.currency}`,
  };
}

/** What we saw given to customers less what we saw spent, where no account of ours holds it. */
export async function customerCreditsAfter(
  db: Kysely<Database>,
  { provider, account }: Source,
  { after, limit }: After,
): Promise<HeldCredits> {
  const rows = await db
    .selectFrom("customer_credits")
    .select(["id", "customer_ref", "currency", "issued", "applied"])
    .where("provider", "=", provider)
    .where("account", "=", account)
    .where("id", ">", after)
    .orderBy("id")
    .limit(limit)
    .execute();
  const credits = rows.map(({ customer_ref: customerRef, currency, issued, applied }) => ({
    customerRef,
    currency,
    owned: issued - applied,
  }));
  const last = rows.at(-1);
  return { credits, last: last === undefined || rows.length < limit ? null : last.id };
}
