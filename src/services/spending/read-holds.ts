import type { HoldId, WalletId } from "../../domain/ids.ts";
import type { Hold } from "../../domain/spending/hold.ts";
import { type HoldFilter, holdById, listHolds } from "../../store/wallets/read/holds.ts";
import type { Page, PageRequest } from "../kit/page.ts";
import type { Services } from "../services.ts";
import { readWallet } from "./read-wallets.ts";

export type { Hold } from "../../domain/spending/hold.ts";
export type { HoldFilter } from "../../store/wallets/read/holds.ts";

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
