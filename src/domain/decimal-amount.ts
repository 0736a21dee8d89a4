import { type Amount, fitsInto64Bits } from "./money.ts";

export type DecimalProblem =
  | "decimal_comma"
  | "amount_invalid"
  | "amount_too_precise"
  | "amount_out_of_range";

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
