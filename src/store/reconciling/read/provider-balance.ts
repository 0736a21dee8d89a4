import { type Kysely, sql } from "kysely";
import type { Source } from "../../../domain/ids.ts";
import type { Amount } from "../../../domain/money.ts";
import type { Stated } from "../../../domain/reconciling/reconciled-row.ts";
import type { Instant } from "../../../domain/time.ts";
import { fromText } from "../../engine/exact-json.ts";
import type { Database } from "../../schema.ts";

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
    isPayout: payout === 1n,
    isBefore: before === 1n,
    net,
  }));
}

/** What single rows differ by, and how they count: nobody knows why, a person settled it, or they are too young. */
export interface ToldDifference extends Stated {
  readonly class: "reported" | "resolved" | "not_due";
}

/**
 * What discrepancies of single balance rows before a moment come to that are open, or that a person settled; sums of rows have
 * one that is stated twice once.
 */
export async function settlementsBefore(
  db: Kysely<Database>,
  { provider, account }: Source,
  before: Instant,
): Promise<ToldDifference[]> {
  const rows = await db
    .selectFrom("discrepancies")
    .select(["differences", "status"])
    .where("level", "=", "settlement")
    .where("provider", "=", provider)
    .where("account", "=", account)
    .where((eb) => eb.or([eb("status", "=", "open"), eb("resolution", "<>", "disappeared")]))
    .where("kind", "<>", "row_duplicated")
    .where("row_at", "<", before)
    .execute();
  return rows.flatMap(({ differences, status }) =>
    fromText<Stated[]>(differences).map((stated) => ({
      ...stated,
      class: status === "open" ? "reported" : "resolved",
    })),
  );
}

/**
 * What the rows of the last settlement run that covers a window differ by. A row that is stated twice is left out: sums of
 * rows have it once. So is what a report has not paid out yet: the balance has it.
 */
export async function settlementDifferences(
  db: Kysely<Database>,
  { provider, account, from, to }: Source & { readonly from: Instant; readonly to: Instant },
): Promise<ToldDifference[]> {
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
    .select(["class", "left_currency", "left_amount", "right_currency", "right_amount"])
    .where("run_no", "=", last.no)
    .where("class", "not in", ["matched", "duplicate", "pending", "in_transit", "credit_not_drawn"])
    .where("at", ">=", from)
    .where("at", "<", to)
    .execute();
  return rows.flatMap((row) => {
    const isExplained = row.class === "resolved" || row.class === "not_due";
    const rowClass = isExplained ? row.class : "reported";
    const side = (currency: string | null, amount: bigint) =>
      currency === null ? [] : [{ currency, amount, class: rowClass } as ToldDifference];
    return [
      ...side(row.left_currency, row.left_amount ?? 0n),
      ...side(row.right_currency, -(row.right_amount ?? 0n)),
    ];
  });
}

/** What a person posted to an account for a discrepancy, at the time of what it corrects. */
export interface Correction extends Stated {
  readonly level: string;
  readonly at: Instant;
}

/** Those for discrepancies of single rows: what was posted for a balance as a whole is no part of what it is compared with. */
export async function correctionsOf(db: Kysely<Database>, account: string): Promise<Correction[]> {
  return db
    .selectFrom("discrepancy_changes as change")
    .innerJoin("discrepancies", "discrepancies.no", "change.discrepancy_no")
    .innerJoin("entries", "entries.no", "change.entry_no")
    .innerJoin("postings", "postings.entry_no", "entries.no")
    .innerJoin("accounts", "accounts.no", "postings.account_no")
    .select(["entries.effective_at as at", "accounts.currency", "postings.amount"])
    .select((eb) => eb.fn.coalesce("discrepancies.level", eb.val("")).as("level"))
    .where("discrepancies.level", "<>", "rollforward")
    .where("accounts.path", "=", account)
    .execute();
}
