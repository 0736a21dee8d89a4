import type { Instant } from "../domain/time.ts";
import { unixSeconds } from "../testing/written.ts";

const nanosecondsPerMicrosecond = 1_000n;
const nanosecondsPerSecond = 1_000_000_000n;

/** Spans of time in nanoseconds; fractions are allowed. */
export const seconds = (count: number): bigint =>
  BigInt(Math.round(count * 1_000_000)) * nanosecondsPerMicrosecond;
export const minutes = (count: number): bigint => seconds(count * 60);
export const hours = (count: number): bigint => minutes(count * 60);
export const days = (count: number): bigint => hours(count * 24);

/** The start of a day in UTC. */
export function day(year: number, month: number, dayOfMonth: number): Instant {
  return BigInt(Date.UTC(year, month - 1, dayOfMonth)) * 1_000_000n;
}

/** The same day and time so many months later, or the last day of a month that is too short. */
export function addMonths(instant: Instant, count: number): Instant {
  const rest = instant % nanosecondsPerSecond;
  const date = new Date(unixSeconds(instant) * 1000);
  const dayOfMonth = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + count);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(dayOfMonth, lastDay));
  return BigInt(date.getTime()) * 1_000_000n + rest;
}

/** The first moment of the month that follows. */
export function nextMonth(instant: Instant): Instant {
  const date = new Date(unixSeconds(instant) * 1000);
  return day(date.getUTCFullYear(), date.getUTCMonth() + 2, 1);
}

/** A moment that Stripe wrote. */
export function secondsOf(unix: number): Instant {
  return BigInt(unix) * nanosecondsPerSecond;
}

/** A moment that Paddle wrote, in UTC with microseconds. */
export function instantOf(text: string): Instant {
  const [, head = "", fraction = "0"] = /^(.{19})(?:\.(\d{1,9}))?Z$/.exec(text) ?? [];
  return BigInt(Date.parse(`${head}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, "0"));
}
