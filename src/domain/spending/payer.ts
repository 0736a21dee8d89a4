import type { Books } from "../books.ts";
import type { WalletId, WalletIds } from "../ids.ts";
import type { Instant } from "../time.ts";
import { emptyWallet, type Wallet } from "../wallet/wallet.ts";
import type { PriceList } from "./meter.ts";

/** Who pays: an owner, from the wallet of a currency, or one wallet. */
export type Payer = { readonly owner: string } | { readonly walletId: WalletId };

export interface PayerOfMeter {
  readonly payer: Payer;
  readonly meter: string;
  readonly currency: string | null;
}

export type PayerRefusal =
  | "unknown_wallet"
  | "unknown_meter"
  | "no_price"
  | "currency_required"
  | "currency_mismatch";

/** Every wallet that may have to pay: they are read before it is decided which does. */
export function payingWallets(
  { payer, meter, currency }: PayerOfMeter,
  { prices, walletIds }: { readonly prices: PriceList; readonly walletIds: WalletIds },
): WalletId[] {
  if ("walletId" in payer) return [payer.walletId];
  const currencies = currency === null ? prices.currencies(meter) : [currency];
  return currencies.map((one) => walletIds.of(payer.owner, one));
}

/**
 * The wallet that pays: of the currency given, else the only one the owner has whose currency the meter is priced in, else
 * of the meter's only currency. An owner without a wallet gets one.
 */
export function payingWallet(
  books: Books,
  { payer, meter, currency }: PayerOfMeter,
  { prices, now }: { readonly prices: PriceList; readonly now: Instant },
): Wallet | PayerRefusal {
  if (!prices.knows(meter)) return "unknown_meter";
  const priced = prices.currenciesInForce(meter, now);
  if ("walletId" in payer) {
    const wallet = books.wallet(payer.walletId);
    if (wallet === undefined) return "unknown_wallet";
    if (currency !== null && currency !== wallet.currency) return "currency_mismatch";
    return priced.includes(wallet.currency) ? wallet : "no_price";
  }
  const { owner } = payer;
  const walletIn = (one: string) => books.wallet(books.walletIds.of(owner, one));
  if (priced.length === 0 || (currency !== null && !priced.includes(currency))) return "no_price";
  const owned = priced.filter((one) => walletIn(one) !== undefined);
  const chosen = currency ?? only(owned) ?? only(priced);
  if (chosen === undefined) return "currency_required";
  return walletIn(chosen) ?? emptyWallet(books.walletIds.of(owner, chosen), owner, chosen);
}

function only(currencies: readonly string[]): string | undefined {
  return currencies.length === 1 ? currencies[0] : undefined;
}
