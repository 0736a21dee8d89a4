import type { WalletId } from "../../domain/ids.ts";
import type { Lot } from "../../domain/wallet/wallet.ts";
import type { WalletTotals } from "../../store/wallets/nouns/wallet.ts";
import type { StatementLine } from "../../store/wallets/nouns/wallet-line.ts";
import {
  findStatementLine,
  listLots,
  listStatementLines,
  listWallets,
  statementByTime,
  type WalletFilter,
  walletById,
} from "../../store/wallets/read/wallets.ts";
import type { ClockName, Page, PageRequest, TimeWindow } from "../kit/page.ts";
import type { Services } from "../services.ts";

export type { WalletTotals } from "../../store/wallets/nouns/wallet.ts";
export type { StatementLine } from "../../store/wallets/nouns/wallet-line.ts";
export type { WalletFilter } from "../../store/wallets/read/wallets.ts";
export type { WalletAt } from "../../store/wallets/read/wallets-at.ts";

export function readWallets(
  services: Services,
  filter: WalletFilter,
  page: PageRequest,
): Promise<Page<WalletTotals>> {
  return listWallets(services.store.read, filter, page);
}

export function readWallet(services: Services, id: WalletId): Promise<WalletTotals | undefined> {
  return walletById(services.store.read, id);
}

/** `undefined` if there is no such wallet. */
export async function readStatement(
  services: Services,
  id: WalletId,
  window: TimeWindow,
  page: PageRequest,
): Promise<Page<StatementLine> | undefined> {
  if ((await readWallet(services, id)) === undefined) return undefined;
  return listStatementLines(services.store.read, id, window, page);
}

/** The same in the order of either clock, with the balance by that clock; `undefined` if there is no such wallet. */
export async function readStatementBy(
  services: Services,
  id: WalletId,
  clock: ClockName,
  page: PageRequest,
): Promise<Page<StatementLine> | undefined> {
  if (clock === "posted") return readStatement(services, id, {}, page);
  if ((await readWallet(services, id)) === undefined) return undefined;
  return statementByTime(services.store.read, id, page);
}

export function readStatementLine(
  { store }: Services,
  id: WalletId,
  seq: string,
): Promise<StatementLine | undefined> {
  return findStatementLine(store.read, id, seq);
}

/** `undefined` if there is no such wallet. */
export async function readLots(
  services: Services,
  id: WalletId,
  page: PageRequest,
): Promise<Page<Lot> | undefined> {
  if ((await readWallet(services, id)) === undefined) return undefined;
  return listLots(services.store.read, id, page);
}
