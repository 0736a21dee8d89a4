import { type Amount, floorDivide, largestAmount } from "../money.ts";

/** A quantity or a price, exact: a whole number of 10⁻¹². */
export type Factor = bigint;
/** A cost, exact: a whole number of 10⁻²⁴ minor units, the product of a quantity and a price. */
export type Cost = bigint;

const factorDecimals = 12;
const costDecimals = 2 * factorDecimals;
const one: Factor = 10n ** BigInt(factorDecimals);
const minorUnit: Cost = 10n ** BigInt(costDecimals);
const largestCost: Cost = largestAmount * minorUnit;

/** Digits with at most 12 decimals; no sign, no exponent, no unit. Thirty digits are more than anybody counts. */
const factorText = /^(\d{1,30})(?:\.(\d{1,12}))?$/;

/** `undefined` if the text is no decimal ≥ 0 of at most 12 decimals. */
export function parseFactor(text: string): Factor | undefined {
  const [, whole, fraction = ""] = factorText.exec(text) ?? [];
  return whole === undefined ? undefined : BigInt(whole + fraction.padEnd(factorDecimals, "0"));
}

/** Of a whole number. */
export const factorOf = (whole: number): Factor => BigInt(whole) * one;

/** Without zeros at the end: one number has one text. */
export const formatFactor = (factor: Factor): string => toText(factor, factorDecimals);

/** The inverse of {@link formatCost}. */
export function parseCost(text: string): Cost {
  const [whole = "", fraction = ""] = text.split(".");
  return BigInt(whole + fraction.padEnd(costDecimals, "0"));
}

export const formatCost = (cost: Cost): string => toText(cost, costDecimals);

export const costOfAmount = (amount: Amount): Cost => amount * minorUnit;

/** The whole minor units in a cost, rounded toward −∞, and what is left, in [0,1). */
export function wholeUnits(cost: Cost): { readonly units: Amount; readonly rest: Cost } {
  const units = floorDivide(cost, minorUnit);
  return { units, rest: cost - units * minorUnit };
}

/** Whether a cost and what else may be pending fit into 64 bits together. */
export const isBearable = (cost: Cost): boolean => cost < largestCost;

/** The whole minor units in a cost as {@link formatCost} has it; none if it is below zero. */
export function wholeUnitsOf(text: string): Amount {
  const point = text.indexOf(".");
  return text.startsWith("-") ? 0n : BigInt(point < 0 ? text : text.slice(0, point));
}

/** The fewest whole minor units that a cost fits into: whatever is pending, no more will be requested for it. */
export const roundedUp = (cost: Cost): Amount => -floorDivide(-cost, minorUnit);

function toText(scaled: bigint, decimals: number): string {
  if (scaled < 0n) return `-${toText(-scaled, decimals)}`;
  const scale = decimals === costDecimals ? minorUnit : one;
  const whole = scaled / scale;
  const rest = scaled - whole * scale;
  if (rest === 0n) return whole.toString();
  return `${whole}.${rest.toString().padStart(decimals, "0").replace(/0+$/, "")}`;
}
