import type { OwnProvider, ProviderName } from "./ids.ts";

/** An amount is an integer in the minor unit of its currency, as the provider counts it. */
export type Amount = bigint;

export const largestAmount: Amount = 2n ** 63n - 1n;

/** Amounts are stored as signed 64-bit integers; a sum that leaves them cannot be booked and parks its event. */
export class AmountOverflow extends Error {
  readonly code = "amount_out_of_range";
  readonly amount: bigint;
  constructor(amount: bigint) {
    super("An amount does not fit into 64 bits of minor units.");
    this.amount = amount;
  }
}

export function fitsInto64Bits(amount: bigint): boolean {
  return amount >= -largestAmount && amount <= largestAmount;
}

/** @throws AmountOverflow */
export function checked(amount: bigint): Amount {
  if (!fitsInto64Bits(amount)) throw new AmountOverflow(amount);
  return amount;
}

export const absolute = (amount: Amount): Amount => (amount < 0n ? -amount : amount);
export const minimum = (a: Amount, b: Amount): Amount => (a < b ? a : b);
export const maximum = (a: Amount, b: Amount): Amount => (a > b ? a : b);
export const clamp = (amount: Amount, low: Amount, high: Amount): Amount =>
  maximum(low, minimum(amount, high));

export function sum(amounts: Iterable<Amount>): Amount {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return total;
}

/** `numerator ÷ denominator` rounded toward −∞; the denominator is positive. */
export function floorDivide(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  return numerator % denominator < 0n ? quotient - 1n : quotient;
}

interface ExponentTable {
  readonly exceptions: Readonly<Record<string, number>>;
  readonly known?: ReadonlySet<string>;
}

/**
 * How many decimals a currency has is the provider's choice, not ISO's: Stripe counts ISK and UGX in hundredths, Paddle
 * has neither. Sources: Stripe's page on currencies (zero-decimal, special cases, three-decimal); Paddle's list of
 * supported currencies, of which JPY and KRW are sent without decimals.
 */
const exponents: Readonly<Record<OwnProvider, ExponentTable>> & Readonly<Record<string, ExponentTable>> = {
  paddle: {
    exceptions: { JPY: 0, KRW: 0, CLP: 0, VND: 0 },
    known: new Set(
      (
        "USD EUR GBP JPY AUD CAD CHF CLP HKD SGD SEK ARS BRL CNY COP CZK DKK HUF ILS INR KRW MXN NOK NZD PEN PLN RUB " +
        "THB TRY TWD UAH VND ZAR"
      ).split(" "),
    ),
  },
  stripe: {
    exceptions: {
      ...Object.fromEntries(
        "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split(" ").map((code) => [code, 0]),
      ),
      ...Object.fromEntries("BHD JOD KWD OMR TND".split(" ").map((code) => [code, 3])),
    },
  },
};

const isoCurrencies: ReadonlySet<string> = new Set([...Intl.supportedValuesOf("currency")]);

/** Decimals of a currency as this provider counts it, or `undefined` if the provider does not know the currency. */
export function exponentOf(provider: ProviderName, currency: string): number | undefined {
  const table = Object.hasOwn(exponents, provider) ? exponents[provider] : undefined;
  if (!(table?.known ?? isoCurrencies).has(currency)) return undefined;
  return table === undefined ? isoExponentOf(currency) : (table.exceptions[currency] ?? 2);
}

/** Another provider counts as ISO 4217 does. */
function isoExponentOf(currency: string): number {
  const known = isoExponents.get(currency);
  if (known !== undefined) return known;
  const { maximumFractionDigits } = new Intl.NumberFormat("en", {
    style: "currency",
    currency,
  }).resolvedOptions();
  const exponent = maximumFractionDigits ?? 2;
  isoExponents.set(currency, exponent);
  return exponent;
}

const isoExponents = new Map<string, number>();

/** `499` at exponent 2 is `"4.99"`: exact, for people and for `Intl`. */
export function toDecimal(amount: Amount, exponent: number): string {
  const digits = absolute(amount)
    .toString()
    .padStart(exponent + 1, "0");
  const sign = amount < 0n ? "-" : "";
  if (exponent === 0) return sign + digits;
  return `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

/**
 * Decimals of a currency in the books, where no provider is named: our own providers agree on the currencies that they share, and
 * Paddle has none that Stripe lacks. What none of them knows has no decimals that we could know of.
 */
export const exponentInBooks = (currency: string): number => exponentOf("stripe", currency) ?? 0;

/** As the provider counts it that states the amount, where one does. */
export function exponentFor({
  provider,
  currency,
}: {
  readonly provider?: string | null | undefined;
  readonly currency: string;
}): number {
  const own = provider == null ? undefined : exponentOf(provider, currency);
  return own ?? exponentInBooks(currency);
}

/** Minor units as a decimal, which may have a part of a unit, in the currency itself: `"0.619"` at exponent 2 is `"0.00619"`. */
export function inMajorUnits(minor: string, exponent: number): string {
  const [, sign = "", whole = "0", part = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(minor) ?? [];
  const text = toDecimal(BigInt(whole), exponent);
  if (part === "") return sign + text;
  return `${sign}${text}${exponent === 0 ? "." : ""}${part}`;
}

/** An amount as a person reads it, for instance `$4.99`. Decimals exist only here. */
export function formatMoney(amount: Amount, currency: string, exponent: number): string {
  const format = new Intl.NumberFormat("en-US", {
    style: "currency",
    currency,
    minimumFractionDigits: exponent,
    maximumFractionDigits: exponent,
  });
  // Intl accepts a decimal string exactly; the type of `format` calls such strings numeric literals.
  return format.format(toDecimal(amount, exponent) as `${number}`);
}

type DecimalProblem = "decimal_comma" | "amount_invalid" | "amount_too_precise" | "amount_out_of_range";

/**
 * An amount of major units, as reports write it, in minor units. Digit by digit: a binary fraction would be another amount.
 * `exponent` is how many decimals the currency has at the provider; further ones must be 0.
 */
export function readDecimalAmount(text: string, exponent: number): Amount | DecimalProblem {
  const [, sign = "", whole, fraction = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text.trim()) ?? [];
  if (whole === undefined) return /^-?[\d.]*\d,\d+$/.test(text.trim()) ? "decimal_comma" : "amount_invalid";
  const kept = fraction.slice(0, exponent).padEnd(exponent, "0");
  if (/[1-9]/.test(fraction.slice(exponent))) return "amount_too_precise";
  const amount = BigInt(`${sign}${whole}${kept}`);
  return fitsInto64Bits(amount) ? amount : "amount_out_of_range";
}
