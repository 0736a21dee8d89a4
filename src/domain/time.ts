/**
 * A moment in UTC as nanoseconds since 1970. Paddle stamps events with up to nine fractional digits, and two events of
 * one document can be less than a millisecond apart: `Date` would make them equal.
 */
export type Instant = bigint;

const nanosecondsPerMillisecond = 1_000_000n;
const nanosecondsPerSecond = 1_000_000_000n;
export const nanosecondsPerDay = 86_400n * nanosecondsPerSecond;

const nanosecondsPerQuarter = 900n * nanosecondsPerSecond;

/** The quarter of an hour, UTC, in which a moment lies, by its beginning: every day of every zone begins with one. */
export function quarterOf(at: Instant): Instant {
  const into = at % nanosecondsPerQuarter;
  return at - (into < 0n ? into + nanosecondsPerQuarter : into);
}

/** The day of UTC in which a moment lies, by its beginning. */
export function dayOf(at: Instant): Instant {
  const into = at % nanosecondsPerDay;
  return at - (into < 0n ? into + nanosecondsPerDay : into);
}

/** The last moment of the quarter of an hour in which this one lies. */
export const endOfQuarter = (at: Instant): Instant => quarterOf(at) + nanosecondsPerQuarter - 1n;

/** One moment of each quarter of an hour in which any of these lie, the latest of it; in the order of time. */
export function latestByQuarter(moments: Iterable<Instant>): Instant[] {
  const latest = new Map<Instant, Instant>();
  for (const at of moments) {
    const quarter = quarterOf(at);
    const known = latest.get(quarter);
    if (known === undefined || at > known) latest.set(quarter, at);
  }
  return [...latest.values()].sort(compareInstants);
}

export const compareInstants = (a: Instant, b: Instant): number => (a < b ? -1 : Number(a > b));

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** The first and last years whose moments all fit into 64 bits of nanoseconds. */
const firstYear = 1678;
const lastYear = 2261;

/**
 * Reads an RFC 3339 time of any precision up to nanoseconds. `undefined` if it is not one, names a day, an hour or an
 * offset that does not exist, or lies outside the years 1678 to 2261.
 */
export function parseInstant(text: string): Instant | undefined {
  if (!rfc3339.test(text)) return undefined;
  const [year, month, day] = [digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10)];
  const [hour, minute, second] = [digits(text, 11, 13), digits(text, 14, 16), digits(text, 17, 19)];
  if (year < firstYear || year > lastYear || month < 1 || month > 12) return undefined;
  if (day < 1 || day > daysInMonth(year, month) || hour > 23 || minute > 59 || second > 59) return undefined;
  const zone = text.endsWith("Z") ? text.length - 1 : text.length - 6;
  const offsetSeconds = zoneOffset(text, zone);
  if (offsetSeconds === undefined) return undefined;
  const seconds =
    daysSince1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offsetSeconds;
  const fraction = zone === 19 ? 0 : digits(text, 20, zone) * 10 ** (29 - zone);
  return BigInt(seconds) * nanosecondsPerSecond + BigInt(fraction);
}

/** The decimal digits of `text` from `start` to before `end`; several times as fast as cutting them out and converting. */
function digits(text: string, start: number, end: number): number {
  let value = 0;
  for (let index = start; index < end; index++) value = value * 10 + text.charCodeAt(index) - 48;
  return value;
}

/** Seconds by which local time is ahead of UTC. */
function zoneOffset(text: string, zone: number): number | undefined {
  if (text[zone] === "Z") return 0;
  const [hours, minutes] = [digits(text, zone + 1, zone + 3), digits(text, zone + 4, zone + 6)];
  if (hours > 23 || minutes > 59) return undefined;
  return (text[zone] === "-" ? -1 : 1) * (hours * 3600 + minutes * 60);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Of the proleptic Gregorian calendar: years are counted from March, so that the leap day is the last one. */
function daysSince1970(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** Go's zero time, which Paddle sends for "never": in `updated_at` of new adjustments and in periods without proration. */
export function isZeroTime(text: string): boolean {
  return text.startsWith("0001-01-01T00:00:00");
}

export function fromUnixSeconds(seconds: number): Instant {
  return BigInt(seconds) * nanosecondsPerSecond;
}

/** A duration. */
export const fromSeconds = (seconds: number): bigint => BigInt(seconds) * nanosecondsPerSecond;

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
