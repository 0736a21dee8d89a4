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
