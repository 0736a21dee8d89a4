/**
 * A moment in UTC as nanoseconds since 1970. Paddle stamps events with up to nine fractional digits, and two events of
 * one document can be less than a millisecond apart: `Date` would make them equal.
 */
export type Instant = bigint;

const nanosecondsPerMillisecond = 1_000_000n;
const nanosecondsPerSecond = 1_000_000_000n;
export const nanosecondsPerDay = 86_400n * nanosecondsPerSecond;

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))$/;

/** The first and last moments that fit into 64 bits of nanoseconds, cut to whole years: 1678 to 2261. */
const firstYear = 1678;
const lastYear = 2261;

/**
 * Reads an RFC 3339 time of any precision up to nanoseconds. `undefined` if it is not one, names a day, an hour or an
 * offset that does not exist, or lies outside the years 1678 to 2261.
 */
export function parseInstant(text: string): Instant | undefined {
  const match = rfc3339.exec(text);
  if (match === null) return undefined;
  const [
    ,
    year,
    month,
    day,
    hour,
    minute,
    second,
    fraction = "",
    sign,
    offsetHours = "0",
    offsetMinutes = "0",
  ] = match;
  if (Number(year) < firstYear || Number(year) > lastYear) return undefined;
  const fields = [
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  ] as const;
  const date = new Date(Date.UTC(...fields));
  const exists =
    date.getUTCMonth() === fields[1] &&
    date.getUTCDate() === fields[2] &&
    fields[3] < 24 &&
    fields[4] < 60 &&
    fields[5] < 60 &&
    Number(offsetHours) < 24 &&
    Number(offsetMinutes) < 60;
  if (!exists) return undefined;
  const offset = BigInt(Number(offsetHours) * 60 + Number(offsetMinutes)) * 60n * nanosecondsPerSecond;
  const local = BigInt(date.getTime()) * nanosecondsPerMillisecond + BigInt(fraction.padEnd(9, "0"));
  return sign === "-" ? local + offset : local - offset;
}

/** Go's zero time, which Paddle sends for "never": in `updated_at` of new adjustments and in periods without proration. */
export function isZeroTime(text: string): boolean {
  return text.startsWith("0001-01-01T00:00:00");
}

export function fromUnixSeconds(seconds: number): Instant {
  return BigInt(seconds) * nanosecondsPerSecond;
}

export function fromUnixMilliseconds(milliseconds: number): Instant {
  return BigInt(milliseconds) * nanosecondsPerMillisecond;
}

export function toUnixMilliseconds(instant: Instant): number {
  return Number(instant / nanosecondsPerMillisecond);
}

/** RFC 3339 in UTC with as many fractional digits as the moment has, none if it is a whole second. */
export function formatInstant(instant: Instant): string {
  const fraction = ((instant % nanosecondsPerSecond) + nanosecondsPerSecond) % nanosecondsPerSecond;
  const wholeSeconds = Number((instant - fraction) / nanosecondsPerMillisecond);
  const head = new Date(wholeSeconds).toISOString().slice(0, 19);
  const digits = fraction.toString().padStart(9, "0").replace(/0+$/, "");
  return digits === "" ? `${head}Z` : `${head}.${digits}Z`;
}

/** The only way to ask for the time; tests give their own. */
export interface Clock {
  now(): Instant;
}

export const systemClock: Clock = { now: () => fromUnixMilliseconds(Date.now()) };
