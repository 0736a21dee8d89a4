import type { Kysely } from "kysely";
import { payoutId, type Source } from "../../../domain/ids.ts";
import type { Payout } from "../../../domain/transfer/payout.ts";
import type { Transfer } from "../../../domain/transfer/transfer.ts";
import { transferOf } from "../../charges/nouns/payout.ts";
import type { Database } from "../../schema.ts";

/** What moved without a charge in one account, of some kinds. */
export async function transfersOfAccount(
  db: Kysely<Database>,
  { provider, account }: Source,
  kinds: readonly Transfer["kind"][],
): Promise<Transfer[]> {
  const rows = await db
    .selectFrom("payouts")
    .selectAll()
    .where("provider", "=", provider)
    .where("account", "=", account)
    .where("kind", "in", kinds)
    .orderBy("no")
    .execute();
  return rows.map(transferOf);
}

export async function payoutsOfAccount(db: Kysely<Database>, source: Source): Promise<Payout[]> {
  const transfers = await transfersOfAccount(db, source, ["payout"]);
  return transfers.filter((transfer) => transfer.kind === "payout");
}

/** Rows of a provider's balance that settle no charge, after a number. */
export async function providerRowsAfter(
  db: Kysely<Database>,
  { provider, account }: Source,
  { after, limit }: { readonly after: bigint; readonly limit: number },
): Promise<{ readonly rows: readonly Transfer[]; readonly last: bigint | null }> {
  const rows = await db
    .selectFrom("payouts")
    .selectAll()
    .where("provider", "=", provider)
    .where("account", "=", account)
    .where("kind", "=", "provider_row")
    .where("no", ">", after)
    .orderBy("no")
    .limit(limit)
    .execute();
  return { rows: rows.map(transferOf), last: rows.at(-1)?.no ?? null };
}

/** The same by their refs. */
export function providerRowsNamed(
  db: Kysely<Database>,
  source: Source,
  refs: readonly string[],
): Promise<Transfer[]> {
  return transfersNamed(db, source, { refs, kind: "provider_row" });
}

export async function payoutsNamed(
  db: Kysely<Database>,
  source: Source,
  refs: readonly string[],
): Promise<Payout[]> {
  const transfers = await transfersNamed(db, source, { refs, kind: "payout" });
  return transfers.filter((transfer) => transfer.kind === "payout");
}

async function transfersNamed(
  db: Kysely<Database>,
  source: Source,
  { refs, kind }: { readonly refs: readonly string[]; readonly kind: Transfer["kind"] },
): Promise<Transfer[]> {
  if (refs.length === 0) return [];
  const ids = refs.map((ref) => payoutId({ ...source, ref }));
  const rows = await db
    .selectFrom("payouts")
    .selectAll()
    .where("id", "in", ids)
    .where("kind", "=", kind)
    .execute();
  return rows.map(transferOf);
}
