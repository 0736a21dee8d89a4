import { type Amount, floorDivide, sum } from "../money.ts";

/**
 * Splits an amount over weights that sum to `whole` > 0: each gets its quota floored toward −∞, the units left over go
 * one by one to the largest fractions, ties in order. The shares sum to the amount exactly. Weights may be negative.
 */
export function shareOut(amount: Amount, weights: readonly bigint[], whole: bigint): Amount[] {
  const shares = weights.map((weight) => floorDivide(amount * weight, whole));
  const fractions = weights.map((weight, index) => amount * weight - (shares[index] as bigint) * whole);
  const left = Number(amount - sum(shares));
  const byFraction = fractions
    .map((_, index) => index)
    .sort((a, b) => compare(fractions[b], fractions[a]) || a - b);
  for (const index of byFraction.slice(0, left)) shares[index] = (shares[index] as bigint) + 1n;
  return shares;
}

function compare(a: bigint | undefined, b: bigint | undefined): number {
  if (a === b) return 0;
  return (a as bigint) < (b as bigint) ? -1 : 1;
}
