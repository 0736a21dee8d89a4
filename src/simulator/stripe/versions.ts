import type { Instant } from "../../domain/time.ts";

/** The API versions the company's webhook endpoint had, one after the other, in the time that is simulated. */
const versions = [
  "2024-06-20",
  "2025-02-24.acacia",
  "2025-03-31.basil",
  "2025-05-28.basil",
  "2025-09-30.clover",
  "2026-03-25.dahlia",
  "2026-10-28.endive",
] as const;

export type ApiVersion = (typeof versions)[number];

/** The version in force at a moment: each for the same part of the time. */
export function versionAt(
  at: Instant,
  span: { readonly beginsAt: Instant; readonly endsAt: Instant },
): ApiVersion {
  const place = ((at - span.beginsAt) * BigInt(versions.length)) / (span.endsAt - span.beginsAt);
  const index = Math.min(Math.max(Number(place), 0), versions.length - 1);
  return versions[index] as ApiVersion;
}
