import type { Hold } from "../domain/hold.ts";
import type { HoldId, WalletId } from "../domain/ids.ts";
import { type HoldFilter, holdById, listHolds } from "../store/read/holds.ts";
import type { Page, PageRequest } from "./read-page.ts";
import { readWallet } from "./read-wallets.ts";
import type { Services } from "./services.ts";

export type { Hold } from "../domain/hold.ts";
export type { HoldFilter } from "../store/read/holds.ts";

export function readHold(services: Services, id: HoldId): Promise<Hold | undefined> {
  return holdById(services.store.read, id);
}

/** `undefined` if there is no such wallet. */
export async function readHolds(
  services: Services,
  wallet: WalletId,
  filter: HoldFilter,
  page: PageRequest,
): Promise<Page<Hold> | undefined> {
  if ((await readWallet(services, wallet)) === undefined) return undefined;
  return listHolds(services.store.read, wallet, filter, page);
}
