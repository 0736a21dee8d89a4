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

/** An event as Paddle posts it. */
export function paddleEvent<Data>(
  said: { readonly id: string; readonly type: string; readonly at: Instant; readonly notification: string },
  data: Data,
) {
  return {
    event_id: said.id,
    event_type: said.type,
    occurred_at: rfc3339(said.at),
    notification_id: said.notification,
    data,
  };
}

/** An event as Stripe posts it, to an endpoint of this API version. */
export function stripeEvent<Body>(
  said: { readonly id: string; readonly type: string; readonly at: Instant; readonly version: string },
  object: Body,
) {
  return {
    id: said.id,
    object: "event" as const,
    api_version: said.version,
    created: unixSeconds(said.at),
    data: { object },
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type: said.type,
  };
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
