import { type Instant, parseInstant } from "./time.ts";

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
  const clock = isMonth(name) ? localClock(zone) : undefined;
  if (clock === undefined) return undefined;
  const [from, to] = [beginOf(name, clock), beginOf(monthAfter(name), clock)];
  return from === undefined || to === undefined ? undefined : { name, zone, from, to };
}

const isMonth = (name: string): boolean => /^\d{4}-(?:0[1-9]|1[0-2])$/.test(name);

/** Which month it is there, at a moment in milliseconds. */
type LocalClock = (milliseconds: number) => string;

function localClock(zone: string): LocalClock | undefined {
  try {
    const format = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit" });
    return (milliseconds) => {
      const parts = format.formatToParts(milliseconds);
      const part = (type: string) => parts.find((found) => found.type === type)?.value ?? "";
      return `${part("year").padStart(4, "0")}-${part("month")}`;
    };
  } catch {
    return undefined;
  }
}

/** No zone is further from UTC. */
const furthestMilliseconds = 26 * 3_600_000;
const nanosecondsPerMillisecond = 1_000_000n;

/** The first second of a month there. Searched for: on that day the clocks may be changed, and midnight may not exist. */
function beginOf(name: string, clock: LocalClock): Instant | undefined {
  const inUtc = parseInstant(`${name}-01T00:00:00Z`);
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
