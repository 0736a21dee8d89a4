import type { WalletId } from "../../domain/ids.ts";
import type { Hold } from "../../domain/spending/hold.ts";
import type { Page, PageRequest } from "../../store/engine/read/page.ts";
import { type HoldFilter, listHolds } from "../../store/wallets/read/holds.ts";
import { walletById } from "../../store/wallets/read/wallets.ts";
import type { Services } from "../services.ts";

/** `undefined` if there is no such wallet. */
export async function readHolds(
  services: Services,
  wallet: WalletId,
  filter: HoldFilter,
  page: PageRequest,
): Promise<Page<Hold> | undefined> {
  if ((await walletById(services.store.read, wallet)) === undefined) return undefined;
  return listHolds(services.store.read, wallet, filter, page);
}
