import { type WalletId, WalletIds } from "../../src/domain/ids.ts";

/** Of every database that tests make: so two of them can be compared, and a wallet's id is known beforehand. */
export const installationKey = "of-the-databases-that-tests-make";

export const walletIds = new WalletIds(installationKey);

export function walletId(owner: string, currency: string): WalletId {
  return walletIds.of(owner, currency);
}
