import { formatInstant, type Instant } from "../../domain/time.ts";

/** An amount in JSON: a string of minor units. What is unknown is null, never 0. */
export const amount = (value: bigint): string => value.toString();
export const nullableAmount = (value: bigint | null): string | null => value?.toString() ?? null;

/** A time in JSON: RFC 3339 in UTC, with the precision it came with. */
export const time = (instant: Instant): string => formatInstant(instant);
export const nullableTime = (instant: Instant | null): string | null =>
  instant === null ? null : formatInstant(instant);
