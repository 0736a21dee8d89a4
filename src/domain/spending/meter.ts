import type { Meter, Policy } from "../policy/policy.ts";
import type { Instant } from "../time.ts";
import { type Factor, parseFactor } from "./decimal.ts";

interface Price {
  readonly from: Instant | null;
  readonly price: Factor;
}

/** What an app counts, and what a unit of it costs in minor units of each currency: by meter and currency, newest first. */
export class PriceList {
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
