import { divideRounded } from "../testing/written.ts";

/** What the world's software company sells. Prices are in minor units of a currency. */
export interface Article {
  readonly name: string;
  readonly interval: "month" | "year" | "once";
  /** Of 100, in US cents: the other currencies follow from it. */
  readonly cents: bigint;
}

export const plans: readonly Article[] = [
  { name: "Basic", interval: "month", cents: 1500n },
  { name: "Team", interval: "month", cents: 4900n },
  { name: "Scale", interval: "month", cents: 14900n },
  { name: "Basic, yearly", interval: "year", cents: 15000n },
  { name: "Team, yearly", interval: "year", cents: 49000n },
];

export const topUps: readonly Article[] = [
  { name: "1,000 credits", interval: "once", cents: 1000n },
  { name: "5,000 credits", interval: "once", cents: 4500n },
  { name: "20,000 credits", interval: "once", cents: 16000n },
];

interface Currency {
  /** Decimals of the major unit, as people write it. */
  readonly exponent: number;
  /** Minor units for 1,000 US cents. */
  readonly per1000Cents: bigint;
  /** Every amount is a multiple of it: Stripe's three-decimal currencies end in 0. */
  readonly step: bigint;
  /** What 1,000,000 minor units are worth in US cents at the provider, and that as the rate it states. */
  readonly centsPerMillion: bigint;
  readonly rate: string;
}

const currencies = {
  USD: { exponent: 2, per1000Cents: 1000n, step: 1n, centsPerMillion: 1_000_000n, rate: "1" },
  EUR: { exponent: 2, per1000Cents: 900n, step: 1n, centsPerMillion: 1_084_310n, rate: "1.08431" },
  GBP: { exponent: 2, per1000Cents: 800n, step: 1n, centsPerMillion: 1_266_970n, rate: "1.26697" },
  JPY: { exponent: 0, per1000Cents: 1500n, step: 1n, centsPerMillion: 654_320n, rate: "0.0065432" },
  KWD: { exponent: 3, per1000Cents: 3000n, step: 10n, centsPerMillion: 324_510n, rate: "3.2451" },
} as const satisfies Record<string, Currency>;

export type CurrencyCode = keyof typeof currencies;

/** What both providers pay out to the company's bank in. */
export const payoutCurrency: CurrencyCode = "USD";

export function priceOf(article: Article, currency: CurrencyCode): bigint {
  return toStep((article.cents * currencies[currency].per1000Cents) / 1000n, currency);
}

/** An amount as it can be charged in this currency. */
export function toStep(amount: bigint, currency: CurrencyCode): bigint {
  const { step } = currencies[currency];
  return divideRounded(amount, step) * step;
}

/** What the provider makes of an amount when it pays it out. */
export function toPayoutCurrency(amount: bigint, currency: CurrencyCode): bigint {
  return divideRounded(amount * currencies[currency].centsPerMillion, 1_000_000n);
}

/** In major units, as reports for people write it: `-12.30`. */
export function majorUnits(amount: bigint, currency: string): string {
  const { exponent } = currencies[currency as CurrencyCode];
  if (exponent === 0) return amount.toString();
  const digits = (amount < 0n ? -amount : amount).toString().padStart(exponent + 1, "0");
  return `${amount < 0n ? "-" : ""}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

export function exchangeRate(currency: CurrencyCode): string {
  return currencies[currency].rate;
}
