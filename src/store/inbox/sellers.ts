import type { Kysely } from "kysely";
import type { Books, Seller } from "../../domain/books.ts";
import type { ProviderName } from "../../domain/ids.ts";
import type { Instant } from "../../domain/time.ts";
import { type Session, selectByKeys } from "../engine/statements.ts";
import type { Loaded } from "../loaded.ts";
import type { Database, SellerRow } from "../schema.ts";

const selectSellers = selectByKeys<string, Pick<SellerRow, "name">>(({ trx }, names) =>
  trx.selectFrom("sellers").select("name").where("name", "in", names),
);

/** Which of these subscriptions and links are the provider's own. */
export async function loadSellers(
  session: Session,
  { books }: Loaded,
  names: readonly string[],
): Promise<void> {
  if (names.length === 0) return;
  const rows = await selectSellers(session, names);
  books.load({ sellers: rows.map(({ name }) => [name, true] as const) });
}

/** Said again, or by somebody else at the same time, it is the same. */
export async function saveSellers({ trx }: Session, { newSellers }: Books): Promise<void> {
  const rows = [...newSellers].map(([name, { provider, account, ref, toldAt }]) => {
    return { name, provider, account, ref, told_at: toldAt, rounds: 0n };
  });
  if (rows.length === 0) return;
  await trx
    .insertInto("sellers")
    .values(rows.sort((a, b) => (a.name < b.name ? -1 : 1)))
    .onConflict((conflict) => conflict.column("name").doNothing())
    .execute();
}

export interface DueSeller extends Seller {
  readonly name: string;
  /** How often everything that was sold through it was looked for. */
  readonly rounds: bigint;
}

/** Those of which nothing was looked for, or only before the second moment, though what was under way then is stored by now. */
export async function dueSellers(db: Kysely<Database>, told: Instant, limit: number): Promise<DueSeller[]> {
  const rows = await db
    .selectFrom("sellers")
    .selectAll()
    .where((eb) => eb.or([eb("rounds", "=", 0n), eb.and([eb("rounds", "=", 1n), eb("told_at", "<", told)])]))
    .orderBy("name")
    .limit(limit)
    .execute();
  return rows.map(({ told_at, provider, ...row }) => ({
    ...row,
    provider: provider as ProviderName,
    toldAt: told_at,
  }));
}

export async function saveRound(db: Kysely<Database>, { name, rounds }: DueSeller): Promise<void> {
  await db
    .updateTable("sellers")
    .set({ rounds: rounds + 1n })
    .where("name", "=", name)
    .execute();
}
