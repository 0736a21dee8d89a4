import type { Lot, OpenRecovery, Wallet } from "../../domain/wallet/wallet.ts";
import { ascending, insertNouns, replaceNouns, type Session, selectByKeys } from "../engine/statements.ts";
import { lockedRows } from "../engine/transaction.ts";
import type { Numbers } from "../loaded.ts";
import type { WalletRow } from "../schema.ts";
import { type WalletTotals, walletNoun } from "./nouns/wallet.ts";

/** Locks the wallets. */
export const selectWallets = selectByKeys<string, WalletRow>((session, ids) =>
  lockedRows(session, session.trx.selectFrom("wallets").selectAll().where("id", "in", ids), "id"),
);

const insertWallets = insertNouns("wallets", walletNoun);
const replaceWallets = replaceNouns("wallets", walletNoun, "no");

export async function saveWallets(
  session: Session,
  numbers: Numbers,
  { added, changed }: { added: readonly Wallet[]; changed: readonly Wallet[] },
): Promise<void> {
  const byId = (a: Wallet, b: Wallet) => ascending(a.id, b.id);
  await insertWallets(session, numbers, added.toSorted(byId));
  await replaceWallets(session, numbers, changed.toSorted(byId));
}

export const totalsOf = (row: WalletRow): WalletTotals => walletNoun.nounOf(row);

export function walletOf(
  row: WalletRow,
  parts: { readonly lots: readonly Lot[]; readonly recoveries: readonly OpenRecovery[] },
): Wallet {
  return { ...totalsOf(row), ...parts, limits: [] };
}
