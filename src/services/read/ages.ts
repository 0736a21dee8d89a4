import { type Instant, nanosecondsPerDay } from "../../domain/time.ts";

/** Whole days since it was due; `null` if it is not, or nobody knows when. */
export function ageOf(dueAt: Instant | null, now: Instant): number | null {
  return dueAt === null || dueAt > now ? null : Number((now - dueAt) / nanosecondsPerDay);
}

/** The groups that open items are listed in: days since they were due. */
export const ageGroups = ["0-1", "2-7", "8-30", "over 30"] as const;

export function ageGroupOf(dueAt: Instant | null, now: Instant): (typeof ageGroups)[number] | null {
  const days = ageOf(dueAt, now);
  if (days === null) return null;
  if (days <= 1) return "0-1";
  return days <= 7 ? "2-7" : days <= 30 ? "8-30" : "over 30";
}
