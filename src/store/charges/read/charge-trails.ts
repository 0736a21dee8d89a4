import { type Kysely, sql } from "kysely";
import type { ChargeId } from "../../../domain/ids.ts";
import type { Amount } from "../../../domain/money.ts";
import type { UncoveredMove } from "../../../domain/wallet/wallet.ts";
import type { Database } from "../../schema.ts";
import { type StatementLine, walletLineNoun } from "../../wallets/nouns/wallet.ts";
import { hasRef } from "./charges.ts";

/** The charges that changed what a provider holds for a customer, in the order in which that became known; at most so many. */
export async function chargesOfCredit(
  db: Kysely<Database>,
  creditId: string,
  limit: number,
): Promise<ChargeId[]> {
  const rows = await db
    .selectFrom("charges")
    .select("charges.id")
    .where("charges.no", "in", (eb) =>
      eb.selectFrom("credit_memos").select("charge_no").where("credit_id", "=", creditId),
    )
    .orderBy("charges.no")
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id as ChargeId);
}

/** What a charge did to wallets, oldest first. */
export async function linesOfCharge(db: Kysely<Database>, charge: ChargeId): Promise<StatementLine[]> {
  const rows = await db
    .selectFrom("wallet_lines")
    .innerJoin("charges", "charges.no", "wallet_lines.charge_no")
    .innerJoin("wallets", "wallets.no", "wallet_lines.wallet_no")
    .innerJoin("entries", "entries.no", "wallet_lines.entry_no")
    .leftJoin("events", "events.no", "wallet_lines.event_no")
    .selectAll("wallet_lines")
    .select([
      "wallets.id as wallet_id",
      "entries.id as entry_id",
      "charges.id as charge_id",
      "events.id as event_id",
    ])
    .where("charges.id", "=", charge)
    .orderBy("entries.no")
    .orderBy("wallet_lines.seq")
    .execute();
  return rows.map((row) => walletLineNoun.nounOf(row, { usageId: null, usageIds: [], holdId: null }));
}

/** What no value covers of what a charge took back, by what became of it. */
export async function leftUncovered(
  db: Kysely<Database>,
  charge: ChargeId,
): Promise<Readonly<Record<UncoveredMove["account"], Amount>>> {
  const rows = await db
    .selectFrom("uncovered_moves")
    .select(["account", sql<bigint>`cast(sum(amount) as bigint)`.as("amount")])
    .where("charge_no", "=", (eb) => eb.selectFrom("charges").select("no").where("id", "=", charge))
    .groupBy("account")
    .execute();
  return {
    write_off: 0n,
    recovery: 0n,
    ...Object.fromEntries(rows.map(({ account, amount }) => [account, amount])),
  };
}

/** What a provider's report calls a payout; `id` where we have heard of the payout itself. */
export interface NamedPayout {
  readonly ref: string;
  readonly id: string | null;
}

/** The payouts that a provider says these rows of its are in. */
export async function payoutsOfRows(db: Kysely<Database>, keys: readonly string[]): Promise<NamedPayout[]> {
  if (keys.length === 0) return [];
  const { rows } = await sql<{ payout_ref: string }>`
    select distinct payout_ref from statement_rows
    where key in (${sql.join(keys)}) and payout_ref is not null order by payout_ref limit 10
  `.execute(db);
  const refs = rows.map(({ payout_ref }) => payout_ref);
  if (refs.length === 0) return [];
  const known = await db
    .selectFrom("payouts")
    .select(["id", "ref"])
    .where("kind", "=", "payout")
    .where((eb) => eb.or(refs.map((ref) => hasRef("payouts", ref))))
    .execute();
  return refs.map((ref) => ({ ref, id: known.find((payout) => payout.ref === ref)?.id ?? null }));
}
