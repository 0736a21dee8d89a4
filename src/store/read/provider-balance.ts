import { type Kysely, sql } from "kysely";
import type { Source } from "../../domain/ids.ts";
import type { Stated } from "../../domain/matching/reconciled-row.ts";
import type { Amount } from "../../domain/money.ts";
import type { Instant } from "../../domain/time.ts";
import { fromText } from "../exact-json.ts";
import type { Database } from "../schema.ts";

/** What summaries of a balance state. */
export async function summaries(
  db: Kysely<Database>,
  statements: readonly bigint[],
): Promise<{ readonly category: string; readonly currency: string; readonly net: Amount }[]> {
  if (statements.length === 0) return [];
  const rows = await db
    .selectFrom("statement_rows")
    .select(["category", "currency", "net"])
    .where("statement_no", "in", statements)
    .where("kind", "=", "summary")
    .where("status", "=", "included")
    .execute();
  return rows.flatMap(({ category, currency, net }) =>
    category === null || currency === null || net === null ? [] : [{ category, currency, net }],
  );
}

/** What balance rows come to, before a window and in it, payouts apart. */
export async function balanceSums(
  db: Kysely<Database>,
  of: {
    readonly statements: readonly bigint[];
    readonly payoutCategories: readonly string[];
    readonly from: Instant;
    readonly to: Instant;
  },
) {
  if (of.statements.length === 0) return [];
  const rows = await db
    .selectFrom("statement_rows")
    .select([
      "currency",
      sql<bigint>`case when category in (${sql.join(of.payoutCategories)}) then 1 else 0 end`.as("payout"),
      sql<bigint>`case when at < ${of.from} then 1 else 0 end`.as("before"),
      sql<bigint>`cast(sum(net) as bigint)`.as("net"),
    ])
    .where("statement_no", "in", of.statements)
    .where("kind", "=", "balance")
    .where("status", "=", "included")
    .where("at", "<", of.to)
    .groupBy(["currency", "payout", "before"])
    .execute();
  return rows.map(({ currency, payout, before, net }) => ({
    currency: currency ?? "",
    isPayout: BigInt(payout) === 1n,
    isBefore: BigInt(before) === 1n,
    net,
  }));
}

/**
 * What discrepancies of single balance rows before a moment come to that are open, or that a person let stand; sums of rows
 * have one that is stated twice once.
 */
export async function openSettlementsBefore(
  db: Kysely<Database>,
  { provider, account }: Source,
  before: Instant,
): Promise<Stated[]> {
  const rows = await db
    .selectFrom("discrepancies")
    .select("differences")
    .where("level", "=", "settlement")
    .where("provider", "=", provider)
    .where("account", "=", account)
    .where((eb) => eb.or([eb("status", "=", "open"), eb("resolution", "in", ["accepted", "provider_fixed"])]))
    .where("kind", "<>", "row_duplicated")
    .where("row_at", "<", before)
    .execute();
  return rows.flatMap(({ differences }) => fromText<Stated[]>(differences));
}

/**
 * What the rows of the last settlement run that covers a window differ by. A row that is stated twice is left out: sums of
 * rows have it once.
 */
export async function settlementDifferences(
  db: Kysely<Database>,
  { provider, account, from, to }: Source & { readonly from: Instant; readonly to: Instant },
): Promise<Stated[]> {
  const last = await db
    .selectFrom("reconciliations")
    .select("no")
    .where("provider", "=", provider)
    .where("account", "=", account)
    .where("level", "=", "settlement")
    .where("status", "in", ["matched", "discrepancies"])
    .where("currency", "is", null)
    .where("window_from", "<=", from)
    .where("window_to", ">=", to)
    .orderBy("no", "desc")
    .limit(1)
    .executeTakeFirst();
  if (last === undefined) return [];
  const rows = await db
    .selectFrom("reconciliation_rows")
    .select(["left_currency", "left_amount", "right_currency", "right_amount"])
    .where("run_no", "=", last.no)
    .where("class", "<>", "matched")
    .where("class", "<>", "duplicate")
    .where("at", ">=", from)
    .where("at", "<", to)
    .execute();
  return rows.flatMap((row) => [
    ...(row.left_currency === null ? [] : [{ currency: row.left_currency, amount: row.left_amount ?? 0n }]),
    ...(row.right_currency === null
      ? []
      : [{ currency: row.right_currency, amount: -(row.right_amount ?? 0n) }]),
  ]);
}

/** What persons posted to an account for discrepancies, each at its time. */
export async function correctionsOf(
  db: Kysely<Database>,
  account: string,
): Promise<readonly { readonly at: Instant; readonly currency: string; readonly amount: Amount }[]> {
  return db
    .selectFrom("entries")
    .innerJoin("postings", "postings.entry_no", "entries.no")
    .innerJoin("accounts", "accounts.no", "postings.account_no")
    .select(["entries.effective_at as at", "accounts.currency", "postings.amount"])
    .where("entries.kind", "=", "correction")
    .where("accounts.path", "=", account)
    .execute();
}
