import { type Kysely, sql } from "kysely";
import type { WalletLineKind } from "../../../domain/book/journal.ts";
import type { ChargeId, WalletId } from "../../../domain/ids.ts";
import type { Database } from "../../schema.ts";

/** A message of the outbox that tells of a change of a wallet, beside the line it tells of; or of a charge, beside nothing. */
export interface ToldChange {
  readonly no: bigint;
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly wallet_no: bigint | null;
  readonly from_seq: bigint | null;
  readonly seq: bigint | null;
  readonly wallet_id: WalletId | null;
  readonly owner: string;
  readonly currency: string;
  /** Null if there is no such line. */
  readonly kind: WalletLineKind | null;
  readonly amount: bigint;
  readonly balance_after: bigint;
  readonly charge_id: ChargeId | null;
  readonly effective_at: bigint;
}

/** The next messages of changed balances, of settled and of reversed charges after a number. */
export async function toldChanges(db: Kysely<Database>, after: bigint, size: number): Promise<ToldChange[]> {
  const { rows } = await sql<ToldChange>`
    select told.no, told.id, told.type, told.data, told.wallet_no, told.from_seq, told.seq, wallets.id as wallet_id, wallets.owner,
      wallets.currency, line.kind,
      line.balance_after - first.balance_after + first.amount as amount, line.balance_after, charges.id as charge_id, line.effective_at
    from (
      select no, id, type, data, wallet_no, from_seq, seq from outbox
      where no > ${after} and type in ('wallet.balance_changed', 'charge.settled', 'charge.reversed')
      order by no limit ${BigInt(size)}
    ) told
      left join wallets on wallets.no = told.wallet_no
      left join wallet_lines line on line.wallet_no = told.wallet_no and line.seq = told.seq
      left join wallet_lines first on first.wallet_no = told.wallet_no and first.seq = told.from_seq
      left join charges on charges.no = line.charge_no
    order by told.no
  `.execute(db);
  return rows;
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
