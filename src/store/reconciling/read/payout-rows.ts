import type { Kysely } from "kysely";
import type { Source } from "../../../domain/ids.ts";
import type { StatedRow } from "../../../domain/reconciling/reconciled-row.ts";
import type { Instant } from "../../../domain/time.ts";
import { type Page, type PageRequest, pageOf } from "../../engine/read/page.ts";
import type { Database } from "../../schema.ts";
import { type LineRange, statedRow, stretchesOf } from "./stated-rows.ts";

/** Which payouts the rows of some statements name, and the time of the last row of each. */
export async function payoutRefsOf(
  db: Kysely<Database>,
  statements: readonly bigint[],
  lines: number,
): Promise<ReadonlyMap<string, Instant | null>> {
  const lastAt = new Map<string, Instant | null>();
  for await (const stretch of stretchesOf(db, statements, lines))
    for (const { payout_ref, last_at } of await refsOfStretch(db, stretch)) {
      const known = lastAt.get(payout_ref ?? "") ?? null;
      lastAt.set(payout_ref ?? "", known === null || (last_at ?? 0n) > known ? last_at : known);
    }
  return lastAt;
}

function refsOfStretch(db: Kysely<Database>, { statement, after, upTo }: LineRange) {
  return db
    .selectFrom("statement_rows")
    .select(["payout_ref", (eb) => eb.fn.max<bigint | null>("at").as("last_at")])
    .where("statement_no", "=", statement)
    .where("line", ">", after)
    .where("line", "<=", upTo)
    .where("kind", "=", "balance")
    .where("status", "=", "included")
    .where("payout_ref", "is not", null)
    .groupBy("payout_ref")
    .execute();
}

/** Rows of a stretch that are paid out by these payouts, but for the payouts' own, in their order. */
export async function rowsOfPayouts(
  db: Kysely<Database>,
  { without }: { readonly without: readonly string[] },
  refs: readonly string[],
  { statement, after, upTo }: LineRange,
): Promise<StatedRow[]> {
  if (refs.length === 0) return [];
  const rows = await db
    .selectFrom("statement_rows")
    .selectAll()
    .where("statement_no", "=", statement)
    .where("line", ">", after)
    .where("line", "<=", upTo)
    .where("kind", "=", "balance")
    .where("status", "=", "included")
    .where("category", "not in", without)
    .where("payout_ref", "in", refs)
    .orderBy("line")
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

/**
 * The rows that a payout of one of these names pays out, by their keys. Of a row that several statements have, the newest one
 * that says by which payout it is paid counts.
 */
export async function listPayoutRows(
  db: Kysely<Database>,
  { provider, account }: Source,
  { names, without }: { readonly names: readonly string[]; readonly without: readonly string[] },
  page: PageRequest,
): Promise<Page<StatedRow>> {
  const rows = await db
    .selectFrom("statement_rows as row")
    .innerJoin("statements", "statements.no", "row.statement_no")
    .selectAll("row")
    .where("row.payout_ref", "in", names)
    .where("row.key", ">", page.after ?? "")
    .where("row.kind", "=", "balance")
    .where("row.status", "=", "included")
    .where("row.category", "not in", without)
    .where("statements.provider", "=", provider)
    .where("statements.account", "=", account)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom("statement_rows as newer")
            .innerJoin("statements as later", "later.no", "newer.statement_no")
            .select("newer.line")
            .whereRef("newer.key", "=", "row.key")
            .whereRef("newer.statement_no", ">", "row.statement_no")
            .where("newer.kind", "=", "balance")
            .where("newer.status", "=", "included")
            .where("newer.payout_ref", "is not", null)
            .where("later.provider", "=", provider)
            .where("later.account", "=", account),
        ),
      ),
    )
    .orderBy("row.key")
    .limit(page.limit + 1)
    .execute();
  return pageOf(
    rows.flatMap((row) => statedRow(row) ?? []),
    page,
    ({ key }) => key,
  );
}
