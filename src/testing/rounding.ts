/** `numerator ÷ denominator` to the nearest integer, halves away from zero, as invoices are rounded. */
export function divideRounded(numerator: bigint, denominator: bigint): bigint {
  const magnitude = numerator < 0n ? -numerator : numerator;
  const rounded = (magnitude * 2n + denominator) / (denominator * 2n);
  return numerator < 0n ? -rounded : rounded;
}

/** `amount × part ÷ whole`, rounded; nothing of nothing. */
export function portion(amount: bigint, part: bigint, whole: bigint): bigint {
  return whole === 0n ? 0n : divideRounded(amount * part, whole);
}

/** Splits an amount by weights so that the parts sum to it: each is the step between two rounded running sums. */
export function split(amount: bigint, weights: readonly bigint[]): bigint[] {
  const whole = weights.reduce((sum, weight) => sum + weight, 0n);
  let weighed = 0n;
  let given = 0n;
  return weights.map((weight) => {
    weighed += weight;
    const upToHere = portion(amount, weighed, whole);
    const part = upToHere - given;
    given = upToHere;
    return part;
  });
}
