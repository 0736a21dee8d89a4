import type { WalletId } from "../../domain/ids.ts";
import type { Lot } from "../../domain/wallet/wallet.ts";
import type { ClockName, Page, PageRequest, TimeWindow } from "../../store/engine/read/page.ts";
import type { StatementLine } from "../../store/wallets/nouns/wallet-line.ts";
import {
  listLots,
  listStatementLines,
  statementByTime,
  walletById,
} from "../../store/wallets/read/wallets.ts";
import type { Services } from "../services.ts";

/** `undefined` if there is no such wallet. */
export async function readStatement(
  services: Services,
  id: WalletId,
  window: TimeWindow,
  page: PageRequest,
): Promise<Page<StatementLine> | undefined> {
  if ((await walletById(services.store.read, id)) === undefined) return undefined;
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
  if ((await walletById(services.store.read, id)) === undefined) return undefined;
  return statementByTime(services.store.read, id, page);
}

/** `undefined` if there is no such wallet. */
export async function readLots(
  services: Services,
  id: WalletId,
  page: PageRequest,
): Promise<Page<Lot> | undefined> {
  if ((await walletById(services.store.read, id)) === undefined) return undefined;
  return listLots(services.store.read, id, page);
}
