import { type Kysely, sql } from "kysely";
import type { ChargeId } from "../../../domain/ids.ts";
import { type ToldMessage, toldMessages } from "../../outbox/read/outbox.ts";
import type { Database } from "../../schema.ts";

/** The next messages of changed balances, of settled and of reversed charges after a number, beside the lines they tell of. */
export function toldChanges(db: Kysely<Database>, after: bigint, size: number): Promise<ToldMessage[]> {
  return toldMessages(db)
    .where("outbox.no", ">", after)
    .where("outbox.type", "in", ["wallet.balance_changed", "charge.settled", "charge.reversed"])
    .orderBy("outbox.no")
    .limit(size)
    .execute();
}

/** What a charge is called, for comparing it with what was told of it. */
export interface NamedCharge {
  readonly no: bigint;
  readonly id: ChargeId;
  readonly provider: string;
  readonly account: string;
  readonly ref: string;
}

export async function namedCharges(db: Kysely<Database>, ids: readonly string[]): Promise<NamedCharge[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom("charges")
    .select(["no", "id", "provider", "account", "ref"])
    .where("id", "in", ids)
    .execute();
  return rows.map((row) => ({ ...row, id: row.id as ChargeId }));
}

/** Charges of these that others turned out to be: they share a dossier. */
export async function absorbingCharges(
  db: Kysely<Database>,
  charges: readonly bigint[],
): Promise<ReadonlySet<bigint>> {
  if (charges.length === 0) return new Set();
  const { rows } = await sql<{ no: bigint }>`
    select no from charges
    where no in (${sql.join(charges)}) and exists (
      select 1 from charges other where other.dossier_no = charges.dossier_no and other.merged_into_no = charges.no
    )
  `.execute(db);
  return new Set(rows.map(({ no }) => no));
}

/** A wallet, and how many lines it counts. */
export interface CountedWallet {
  readonly no: bigint;
  readonly id: string;
  readonly seq: bigint;
}

export async function countedWallets(db: Kysely<Database>, ids: readonly string[]): Promise<CountedWallet[]> {
  if (ids.length === 0) return [];
  return db.selectFrom("wallets").select(["no", "id", "seq"]).where("id", "in", ids).execute();
}
