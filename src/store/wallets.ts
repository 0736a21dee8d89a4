import type { WalletId } from "../domain/ids.ts";
import type { Lot, OpenRecovery, Wallet } from "../domain/wallet/wallet.ts";
import type { Numbers } from "./loaded.ts";
import { lockedRows } from "./locks.ts";
import type { WalletRow } from "./schema.ts";
import { ascending, insertRows, type Session, selectByKeys } from "./statements.ts";

/** Locks the wallets. */
export const selectWallets = selectByKeys<string, WalletRow>((session, ids) =>
  lockedRows(session, session.trx.selectFrom("wallets").selectAll().where("id", "in", ids), "id"),
);

const insertWallets = insertRows("wallets");
const replaceWallets = insertRows("wallets", { key: "no", keep: ["id", "owner", "currency"] });

export async function saveWallets(
  session: Session,
  numbers: Numbers,
  { added, changed }: { added: readonly Wallet[]; changed: readonly Wallet[] },
): Promise<void> {
  const rowsOf = (wallets: readonly Wallet[]) =>
    wallets.map((wallet) => walletRow(wallet, numbers)).sort((a, b) => ascending(a.id, b.id));
  await insertWallets(session, rowsOf(added));
  await replaceWallets(session, rowsOf(changed));
}

/** A wallet without the lots and recoveries that are read beside it. */
export type WalletTotals = Omit<Wallet, "lots" | "recoveries">;

export function totalsOf(row: WalletRow): WalletTotals {
  return {
    id: row.id as WalletId,
    owner: row.owner,
    currency: row.currency,
    paid: row.paid,
    promo: row.promo,
    held: row.held,
    recovery: row.recovery,
    pending: row.pending,
    seq: Number(row.seq),
    lotCount: Number(row.lot_count),
    holdCount: Number(row.hold_count),
    nextExpiryAt: row.next_expiry_at,
  };
}

export function walletOf(
  row: WalletRow,
  parts: { readonly lots: readonly Lot[]; readonly recoveries: readonly OpenRecovery[] },
): Wallet {
  return { ...totalsOf(row), ...parts };
}

function walletRow(wallet: Wallet, numbers: Numbers): WalletRow {
  return {
    no: numbers.of(wallet.id),
    id: wallet.id,
    owner: wallet.owner,
    currency: wallet.currency,
    paid: wallet.paid,
    promo: wallet.promo,
    balance: wallet.paid + wallet.promo,
    held: wallet.held,
    recovery: wallet.recovery,
    pending: wallet.pending,
    seq: BigInt(wallet.seq),
    lot_count: BigInt(wallet.lotCount),
    hold_count: BigInt(wallet.holdCount),
    next_expiry_at: wallet.nextExpiryAt,
  };
}
