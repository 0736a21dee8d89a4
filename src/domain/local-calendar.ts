import { formatInstant, type Instant, nanosecondsPerDay, parseInstant } from "./time.ts";

/** A calendar month of a zone as a half-open window. */
export interface Month {
  /** `2026-10`. */
  readonly name: string;
  /** As the time zone database names it: `Europe/Berlin`. */
  readonly zone: string;
  readonly from: Instant;
  readonly to: Instant;
}

/** `undefined` if there is no such month, or no such zone. */
export function monthIn(name: string, zone: string): Month | undefined {
  if (!isMonth(name)) return undefined;
  const [from, to] = [dayIn(`${name}-01`, zone), dayIn(`${monthAfter(name)}-01`, zone)];
  return from === undefined || to === undefined ? undefined : { name, zone, from, to };
}

/** When a day such as `2026-10-25` begins there; `undefined` if there is no such day, or no such zone. */
export function dayIn(name: string, zone: string): Instant | undefined {
  const clock = isDay(name) ? localClock(zone) : undefined;
  return clock === undefined ? undefined : beginOf(name, clock);
}

/** When the day or month began there that a moment is in. @throws RangeError if there is no such zone */
export function beginOfPeriod(period: "day" | "month", at: Instant, zone: string): Instant {
  const day = dayNameIn(at, zone);
  const name = period === "day" ? day : `${day.slice(0, 7)}-01`;
  const known = begins.get(`${zone} ${name}`);
  if (known !== undefined) return known;
  const begin = zone === "UTC" ? parseInstant(`${name}T00:00:00Z`) : dayIn(name, zone);
  if (begin === undefined) throw new RangeError(`${name} does not begin in ${zone}.`);
  if (begins.size >= rememberedBegins) begins.clear();
  begins.set(`${zone} ${name}`, begin);
  return begin;
}

/** Which day it is there at a moment: `2026-10-25`. @throws RangeError if there is no such zone */
export function dayNameIn(at: Instant, zone: string): string {
  if (zone === "UTC") return formatInstant(at).slice(0, 10);
  const clock = localClock(zone);
  if (clock === undefined) throw new RangeError(`There is no zone ${zone}.`);
  return clock(Number(at / nanosecondsPerMillisecond));
}

/** Finding when a day begins takes a search: what spends asks for the same few again and again. */
const begins = new Map<string, Instant>();
const rememberedBegins = 1_000;

/**
 * Where a moment stands for a calendar date, which is of no zone: when that date begins in this zone. A moment that is no
 * midnight in UTC stands for itself.
 */
export function beginOfDate(at: Instant, zone: string): Instant {
  if (at % nanosecondsPerDay !== 0n) return at;
  return dayIn(formatInstant(at).slice(0, 10), zone) ?? at;
}

/** Whether the time zone database has a zone of this name. */
export const isZone = (zone: string): boolean => localClock(zone) !== undefined;

const isDay = (name: string): boolean => /^\d{4}-\d\d-\d\d$/.test(name);

const isMonth = (name: string): boolean => /^\d{4}-(?:0[1-9]|1[0-2])$/.test(name);

/** Which day it is there, at a moment in milliseconds. */
type LocalClock = (milliseconds: number) => string;

const clocks = new Map<string, LocalClock>();

function localClock(zone: string): LocalClock | undefined {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  const made = makeClock(zone);
  // Only of zones that there are, which are few hundreds.
  if (made !== undefined) clocks.set(zone, made);
  return made;
}

function makeClock(zone: string): LocalClock | undefined {
  try {
    const format = new Intl.DateTimeFormat("en-CA", {
      timeZone: zone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
    });
    return (milliseconds) => {
      const parts = format.formatToParts(milliseconds);
      const part = (type: string) => parts.find((found) => found.type === type)?.value ?? "";
      return `${part("year").padStart(4, "0")}-${part("month")}-${part("day")}`;
    };
  } catch {
    return undefined;
  }
}

/** No zone is further from UTC. */
const furthestMilliseconds = 26 * 3_600_000;
const nanosecondsPerMillisecond = 1_000_000n;

/** The first second of a day there. Searched for: on that day the clocks may be changed, and midnight may not exist. */
function beginOf(name: string, clock: LocalClock): Instant | undefined {
  const inUtc = parseInstant(`${name}T00:00:00Z`);
  if (inUtc === undefined) return undefined;
  const middle = Number(inUtc / nanosecondsPerMillisecond);
  let [before, from] = [middle - furthestMilliseconds, middle + furthestMilliseconds];
  while (from - before > 1000) {
    const between = before + Math.floor((from - before) / 2000) * 1000;
    if (clock(between) >= name) from = between;
    else before = between;
  }
  return BigInt(from) * nanosecondsPerMillisecond;
}

function monthAfter(name: string): string {
  const [year, month] = name.split("-").map(Number) as [number, number];
  const next = month === 12 ? [year + 1, 1] : [year, month + 1];
  return next.map((part) => String(part).padStart(2, "0")).join("-");
}
