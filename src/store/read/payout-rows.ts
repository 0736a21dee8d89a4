import { type Kysely, sql } from "kysely";
import type { StatedRow } from "../../domain/matching/reconciled-row.ts";
import type { Database } from "../schema.ts";
import { statedRow } from "./stated-rows.ts";

/** Which payouts the rows of some statements name. */
export async function payoutRefsOf(
  db: Kysely<Database>,
  statements: readonly bigint[],
): Promise<{ readonly ref: string; readonly lastAt: bigint | null }[]> {
  if (statements.length === 0) return [];
  const rows = await db
    .selectFrom("statement_rows")
    .select(["payout_ref", (eb) => eb.fn.max<bigint | null>("at").as("last_at")])
    .where("statement_no", "in", statements)
    .where("kind", "=", "balance")
    .where("status", "=", "included")
    .where("payout_ref", "is not", null)
    .groupBy("payout_ref")
    .orderBy("payout_ref")
    .execute();
  return rows.map(({ payout_ref, last_at }) => ({ ref: payout_ref ?? "", lastAt: last_at }));
}

/** Rows that are paid out by these payouts, but for the payouts' own, in the order of their statements. */
export async function rowsOfPayouts(
  db: Kysely<Database>,
  { statements, without }: { readonly statements: readonly bigint[]; readonly without: readonly string[] },
  refs: readonly string[],
  page: { readonly after: { readonly statement: bigint; readonly line: bigint }; readonly limit: number },
): Promise<StatedRow[]> {
  if (statements.length === 0 || refs.length === 0) return [];
  const rows = await db
    .selectFrom("statement_rows")
    .selectAll()
    .where("statement_no", "in", statements)
    .where("kind", "=", "balance")
    .where("status", "=", "included")
    .where("category", "not in", without)
    .where("payout_ref", "in", refs)
    .where(sql<boolean>`(statement_no, line) > (${page.after.statement}, ${page.after.line})`)
    .orderBy("statement_no")
    .orderBy("line")
    .limit(page.limit)
    .execute();
  return rows.flatMap((row) => statedRow(row) ?? []);
}

/** The payouts that statements list, whatever their time. */
export async function listedPayouts(
  db: Kysely<Database>,
  statements: readonly bigint[],
): Promise<StatedRow[]> {
  if (statements.length === 0) return [];
  const rows = await db
    .selectFrom("statement_rows")
    .selectAll()
    .where("statement_no", "in", statements)
    .where("kind", "=", "payout")
    .where("status", "=", "included")
    .orderBy("statement_no")
    .orderBy("line")
    .execute();
  return rows.flatMap((row) => statedRow(row) ?? []);
}
