import type { Moment } from "../library/asked.ts";
import type { AppClock } from "../library/options.ts";

/** A span of time; its parts are added. */
export interface Span {
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
}

/** A clock that stands still until it is told to go on. */
export interface TestClock extends AppClock {
  now(): Date;
  /** Goes on by so much: `advance({ days: 30 })`; a number is seconds. */
  advance(by: Span | number): Date;
  /** Goes to that moment. */
  set(to: Moment): Date;
}

const inSeconds = { days: 86_400, hours: 3_600, minutes: 60, seconds: 1 } as const;

/**
 * A clock for `createTallyhook` or `createTestTallyhook`.
 *
 * ```ts
 * const time = clock("2026-01-31T12:00:00Z");
 * time.advance({ days: 30 });
 * ```
 */
export function clock(at: Moment = new Date()): TestClock {
  let now = momentOf(at);
  return {
    now: () => new Date(now),
    advance: (by) => {
      const span = typeof by === "number" ? { seconds: by } : by;
      const wrong = Object.entries(span).find(
        ([unit, count]) => !(unit in inSeconds) || !Number.isFinite(count),
      );
      if (wrong !== undefined)
        throw new TypeError(`advance: ${wrong[0]} must be a number of ${Object.keys(inSeconds).join(", ")}`);
      for (const [unit, count] of Object.entries(span))
        now += count * inSeconds[unit as keyof typeof inSeconds] * 1000;
      return new Date(now);
    },
    set: (to) => {
      now = momentOf(to);
      return new Date(now);
    },
  };
}

function momentOf(at: Moment): number {
  const milliseconds = new Date(at).getTime();
  if (Number.isNaN(milliseconds))
    throw new TypeError("It must be a Date or a time such as 2026-01-31T12:00:00Z.");
  return milliseconds;
}
