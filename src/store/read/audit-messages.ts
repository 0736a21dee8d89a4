import { type Kysely, sql } from "kysely";
import type { WalletLineKind } from "../../domain/book/journal.ts";
import type { ChargeId, WalletId } from "../../domain/ids.ts";
import type { Database } from "../schema.ts";

/** A message of the outbox that tells of a change of a wallet, beside the line it tells of. */
export interface ToldChange {
  readonly no: bigint;
  readonly id: string;
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

/** The next messages of changed balances after a number. */
export async function toldChanges(db: Kysely<Database>, after: bigint, size: number): Promise<ToldChange[]> {
  const { rows } = await sql<ToldChange>`
    select told.no, told.id, told.data, told.wallet_no, told.from_seq, told.seq, wallets.id as wallet_id, wallets.owner,
      wallets.currency, line.kind,
      line.balance_after - first.balance_after + first.amount as amount, line.balance_after, charges.id as charge_id, line.effective_at
    from (
      select * from outbox where no > ${after} and type = 'wallet.balance_changed' order by no limit ${BigInt(size)}
    ) told
      left join wallets on wallets.no = told.wallet_no
      left join wallet_lines line on line.wallet_no = told.wallet_no and line.seq = told.seq
      left join wallet_lines first on first.wallet_no = told.wallet_no and first.seq = told.from_seq
      left join charges on charges.no = line.charge_no
    order by told.no
  `.execute(db);
  return rows;
}

/** Of these wallets, those whose statement has another number of lines than were told of: all at one moment. */
export async function untoldWallets(db: Kysely<Database>, wallets: readonly bigint[]) {
  if (wallets.length === 0) return [];
  const { rows } = await sql<{ id: WalletId; seq: bigint; told: bigint }>`
    select wallets.id, wallets.seq, coalesce(messages.told, 0) as told
    from wallets left join (
      select wallet_no, cast(sum(seq - from_seq + 1) as bigint) as told from outbox where type = 'wallet.balance_changed' group by wallet_no
    ) messages on messages.wallet_no = wallets.no
    where wallets.no in (${sql.join(wallets)}) and wallets.seq <> coalesce(messages.told, 0)
  `.execute(db);
  return rows;
}
