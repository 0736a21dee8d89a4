import type { Books } from "../books.ts";
import { fitsInto64Bits } from "../money.ts";
import type { Policy } from "../policy/policy.ts";
import type { Instant } from "../time.ts";
import type { Wallet } from "../wallet/wallet.ts";
import { type Cost, type Factor, factorOf, formatFactor, parseFactor, wholeUnits } from "./decimal.ts";
import { priceListOf } from "./meter.ts";
import { type PayerOfMeter, type PayerRefusal, payingWallet } from "./payer.ts";
import type { Metered } from "./usage.ts";

/** What a quantity costs, and the wallet that pays for it. */
export interface Rated {
  readonly kind: "rated";
  readonly wallet: Wallet;
  readonly metered: Metered;
  readonly cost: Cost;
}

export type RatingRefusal = PayerRefusal | "quantity_invalid" | "cost_out_of_range";

export interface Unrated {
  readonly kind: "refused";
  readonly reason: RatingRefusal;
}

export interface RateTerms {
  readonly policy: Policy;
  readonly now: Instant;
}

/** Finds the wallet that pays for a quantity of a meter, and the cost at the price in force. */
export function rate(
  books: Books,
  used: PayerOfMeter & { readonly quantity: string | number },
  { policy, now }: RateTerms,
): Rated | Unrated {
  const prices = priceListOf(policy);
  const wallet = payingWallet(books, used, { prices, now });
  if (typeof wallet === "string") return { kind: "refused", reason: wallet };
  return priced(wallet, used, { policy, now });
}

/** The cost of a quantity for one wallet, at the price in force. */
export function priced(
  wallet: Wallet,
  { meter, quantity }: { readonly meter: string; readonly quantity: string | number },
  { policy, now }: RateTerms,
): Rated | Unrated {
  const prices = priceListOf(policy);
  const count = quantityOf(quantity);
  const price = prices.price(meter, wallet.currency, now);
  if (!prices.knows(meter)) return { kind: "refused", reason: "unknown_meter" };
  if (price === undefined) return { kind: "refused", reason: "no_price" };
  if (count === undefined) return { kind: "refused", reason: "quantity_invalid" };
  const cost = count * price;
  if (!fitsInto64Bits(wholeUnits(cost).units + 1n)) return { kind: "refused", reason: "cost_out_of_range" };
  const metered = { meter, quantity: formatFactor(count), price: formatFactor(price) };
  return { kind: "rated", wallet, metered, cost };
}

/** Whether a quantity, as somebody wrote it, is this decimal. */
export function sameQuantity(quantity: string | number, decimal: string): boolean {
  const count = quantityOf(quantity);
  return count !== undefined && formatFactor(count) === decimal;
}

/** `undefined` if it is no decimal string and no safe integer, is below 0 or has more than 12 decimals. */
export function quantityOf(quantity: string | number): Factor | undefined {
  if (typeof quantity === "string") return parseFactor(quantity);
  return Number.isSafeInteger(quantity) && quantity >= 0 ? factorOf(quantity) : undefined;
}
