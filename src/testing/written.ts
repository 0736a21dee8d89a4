import type { Instant } from "../domain/time.ts";

/** JSON as providers send it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

const nanosecondsPerMicrosecond = 1_000n;
const nanosecondsPerSecond = 1_000_000_000n;

/** As Paddle writes times: UTC with microseconds. */
export function rfc3339(instant: Instant): string {
  const microseconds = (instant % nanosecondsPerSecond) / nanosecondsPerMicrosecond;
  const head = new Date(unixSeconds(instant) * 1000).toISOString().slice(0, 19);
  return `${head}.${microseconds.toString().padStart(6, "0")}Z`;
}

/** As Stripe writes times: whole seconds. */
export function unixSeconds(instant: Instant): number {
  return Number(instant / nanosecondsPerSecond);
}

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
