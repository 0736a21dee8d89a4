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

export interface StatementAsked extends TimeWindow {
  /** In whose order, with the balance by that clock; in ours, of a window by the provider's, unless one is named. */
  readonly clock?: ClockName | undefined;
}

/** Newest first; `undefined` if there is no such wallet. */
export async function readStatement(
  services: Services,
  id: WalletId,
  { clock, ...window }: StatementAsked,
  page: PageRequest,
): Promise<Page<StatementLine> | undefined> {
  if ((await walletById(services.store.read, id)) === undefined) return undefined;
  const { read } = services.store;
  return clock === "effective"
    ? statementByTime(read, id, window, page)
    : listStatementLines(read, id, { clock: clock ?? "effective", ...window }, page);
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
