import { type Instant, nanosecondsPerDay } from "../time.ts";

/** Whole days since it was due; `null` if it is not, or nobody knows when. */
export function ageOf(dueAt: Instant | null, now: Instant): number | null {
  return dueAt === null || dueAt > now ? null : Number((now - dueAt) / nanosecondsPerDay);
}

/** The groups that open items are listed in: days since they were due. */
export const ageGroups = ["0-1", "2-7", "8-30", "over 30"] as const;

export const ageingGroups = ["not due", ...ageGroups] as const;
export type AgeingGroup = (typeof ageingGroups)[number];

/** When what is of this age now was due; what is not due yet will be. */
export function dueOf(
  group: AgeingGroup,
  now: Instant,
): { readonly dueFrom?: Instant; readonly dueBefore?: Instant } {
  const daysAgo = (days: bigint) => now - days * nanosecondsPerDay + 1n;
  switch (group) {
    case "not due":
      return { dueFrom: daysAgo(0n) };
    case "0-1":
      return { dueFrom: daysAgo(2n), dueBefore: daysAgo(0n) };
    case "2-7":
      return { dueFrom: daysAgo(8n), dueBefore: daysAgo(2n) };
    case "8-30":
      return { dueFrom: daysAgo(31n), dueBefore: daysAgo(8n) };
    case "over 30":
      return { dueBefore: daysAgo(31n) };
    default:
      return group satisfies never;
  }
}

export function ageGroupOf(dueAt: Instant | null, now: Instant): (typeof ageGroups)[number] | null {
  const days = ageOf(dueAt, now);
  if (days === null) return null;
  if (days <= 1) return "0-1";
  return days <= 7 ? "2-7" : days <= 30 ? "8-30" : "over 30";
}
