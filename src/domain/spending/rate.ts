import type { Books } from "../books.ts";
import type { WalletId, WalletIds } from "../ids.ts";
import { nearestName } from "../nearest-name.ts";
import type { Meter, Policy } from "../policy/policy.ts";
import type { Instant } from "../time.ts";
import { emptyWallet, type Wallet } from "../wallet/wallet.ts";
import { type Cost, type Factor, factorOf, formatFactor, isBearable, parseFactor } from "./decimal.ts";
import type { Metered } from "./usage.ts";

interface Price {
  readonly from: Instant | null;
  readonly price: Factor;
}

/** What an app counts, and what a unit of it costs in minor units of each currency: by meter and currency, newest first. */
class PriceList {
  readonly #prices = new Map<string, Map<string, Price[]>>();

  constructor(meters: readonly Meter[]) {
    for (const { key, prices, from } of meters) {
      const ofMeter = this.#prices.get(key) ?? new Map<string, Price[]>();
      this.#prices.set(key, ofMeter);
      for (const [currency, text] of Object.entries(prices)) {
        const price = parseFactor(text);
        if (price === undefined) throw new Error(`The price ${text} of meter ${key} is no decimal.`);
        ofMeter.set(currency, [...(ofMeter.get(currency) ?? []), { from, price }].sort(newestFirst));
      }
    }
  }

  knows(meter: string): boolean {
    return this.#prices.has(meter);
  }

  /** Why a meter has no price, with what there is: the names that only the policy knows. `undefined` of other refusals. */
  why(reason: string, { meter, currency, now }: AskedPrice): string | undefined {
    if (reason === "unknown_meter") {
      const known = [...this.#prices.keys()];
      if (known.length === 0) return `the policy has no meters, and so none of the name ${meter}`;
      return `the policy has no meter ${meter}; the nearest is ${nearestName(known, meter)}`;
    }
    if (reason !== "no_price") return undefined;
    const priced = this.currenciesInForce(meter, now);
    const there = priced.length === 0 ? "" : `; it has one in ${priced.join(", ")}`;
    return `${meter} has no price in ${currency ?? "this currency"} now${there}`;
  }

  /** All currencies that the meter has, had or will have a price in. */
  currencies(meter: string): string[] {
    return [...(this.#prices.get(meter)?.keys() ?? [])];
  }

  /** Those in which a price is in force. */
  currenciesInForce(meter: string, now: Instant): string[] {
    return this.currencies(meter).filter((currency) => this.price(meter, currency, now) !== undefined);
  }

  /** The price in force: the one that began last; `undefined` if none has begun. */
  price(meter: string, currency: string, now: Instant): Factor | undefined {
    const history = this.#prices.get(meter)?.get(currency) ?? [];
    return history.find(({ from }) => from === null || from <= now)?.price;
  }
}

const priceLists = new WeakMap<Policy, PriceList>();

/** A policy never changes, so its price list is made once. */
export function priceListOf(policy: Policy): PriceList {
  const known = priceLists.get(policy);
  if (known !== undefined) return known;
  const list = new PriceList(policy.meters);
  priceLists.set(policy, list);
  return list;
}

/** What was always the price comes last. */
function newestFirst(a: Price, b: Price): number {
  if (a.from === b.from) return 0;
  if (a.from === null) return 1;
  if (b.from === null) return -1;
  return a.from > b.from ? -1 : 1;
}

/** Who pays: an owner, from the wallet of a currency, or one wallet. */
export type Payer = { readonly owner: string } | { readonly walletId: WalletId };

interface PayerOfMeter {
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
function payingWallet(
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

/** What a quantity costs, and the wallet that pays for it. */
export interface Rated {
  readonly kind: "rated";
  readonly wallet: Wallet;
  readonly metered: Metered;
  readonly cost: Cost;
}

/** Of a meter and a currency that were asked for; `null`: whichever there is. */
interface AskedPrice {
  readonly meter: string;
  readonly currency: string | null;
  readonly now: Instant;
}

export type RatingRefusal = PayerRefusal | "quantity_invalid" | "cost_out_of_range";

interface Unrated {
  readonly kind: "refused";
  readonly reason: RatingRefusal;
}

interface RateTerms {
  readonly policy: Policy;
  readonly now: Instant;
}

/** What a unit of a meter costs one wallet. */
interface Tariff {
  readonly kind: "tariff";
  readonly wallet: Wallet;
  readonly meter: string;
  readonly price: Factor;
  readonly decimal: string;
}

interface Used extends PayerOfMeter {
  readonly quantity: string | number;
}

/** Finds the wallet that pays for a quantity of a meter, and the cost at the price in force. */
export function rate(books: Books, used: Used, terms: RateTerms): Rated | Unrated {
  return costAt(tariffFor(books, used, terms), used.quantity);
}

/** The same for much usage of the same books: who pays for a meter and what a unit costs is found once. */
export class Rates {
  readonly #books: Books;
  readonly #terms: RateTerms;
  readonly #ofWallets = new Map<string, TariffsOfPayer>();
  readonly #ofOwners = new Map<string, TariffsOfPayer>();

  constructor(books: Books, terms: RateTerms) {
    this.#books = books;
    this.#terms = terms;
  }

  rate(used: Used): Rated | Unrated {
    const { payer, meter, currency } = used;
    const known =
      "walletId" in payer ? within(this.#ofWallets, payer.walletId) : within(this.#ofOwners, payer.owner);
    const ofMeter = within(known, meter);
    const tariff = ofMeter.get(currency) ?? tariffFor(this.#books, used, this.#terms);
    ofMeter.set(currency, tariff);
    return costAt(tariff, used.quantity);
  }
}

/** By meter, and by the currency that was asked for. */
type TariffsOfPayer = Map<string, Map<string | null, Tariff | Unrated>>;

function within<Key, Of, Value>(maps: Map<Key, Map<Of, Value>>, key: Key): Map<Of, Value> {
  const known = maps.get(key);
  if (known !== undefined) return known;
  const made = new Map<Of, Value>();
  maps.set(key, made);
  return made;
}

/** The cost of a quantity for one wallet, at the price in force. */
export function priced(
  wallet: Wallet,
  { meter, quantity }: { readonly meter: string; readonly quantity: string | number },
  terms: RateTerms,
): Rated | Unrated {
  return costAt(tariffOf(wallet, meter, terms), quantity);
}

function tariffFor(books: Books, used: PayerOfMeter, { policy, now }: RateTerms): Tariff | Unrated {
  const wallet = payingWallet(books, used, { prices: priceListOf(policy), now });
  if (typeof wallet === "string") return { kind: "refused", reason: wallet };
  return tariffOf(wallet, used.meter, { policy, now });
}

function tariffOf(wallet: Wallet, meter: string, { policy, now }: RateTerms): Tariff | Unrated {
  const prices = priceListOf(policy);
  if (!prices.knows(meter)) return { kind: "refused", reason: "unknown_meter" };
  const price = prices.price(meter, wallet.currency, now);
  if (price === undefined) return { kind: "refused", reason: "no_price" };
  return { kind: "tariff", wallet, meter, price, decimal: formatFactor(price) };
}

function costAt(tariff: Tariff | Unrated, quantity: string | number): Rated | Unrated {
  if (tariff.kind === "refused") return tariff;
  const { wallet, meter, price, decimal } = tariff;
  const count = quantityOf(quantity);
  if (count === undefined) return { kind: "refused", reason: "quantity_invalid" };
  const cost = count * price;
  if (!isBearable(cost)) return { kind: "refused", reason: "cost_out_of_range" };
  return { kind: "rated", wallet, metered: { meter, quantity: formatFactor(count), price: decimal }, cost };
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
