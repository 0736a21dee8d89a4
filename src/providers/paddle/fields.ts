import { z } from "zod";
import type { Period } from "../../domain/facts/facts.ts";
import { type Instant, isZeroTime, parseInstant } from "../../domain/time.ts";

/** RFC 3339; Go's zero time, which Paddle sends for "never", is `null`. */
export const time = z.string().transform((text, context): Instant | null => {
  if (isZeroTime(text)) return null;
  const instant = parseInstant(text);
  if (instant !== undefined) return instant;
  context.addIssue({ code: "custom", message: "is no RFC 3339 time.", params: { reason: "time_invalid" } });
  return z.NEVER;
});

export const period = z.object({ starts_at: time, ends_at: time });

/** `null` unless both ends are known. */
export function periodOf(sent: z.output<typeof period> | null | undefined): Period | null {
  if (sent == null || sent.starts_at === null || sent.ends_at === null) return null;
  return { startsAt: sent.starts_at, endsAt: sent.ends_at };
}
