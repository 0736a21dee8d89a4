import { type Instant, parseInstant } from "../domain/time.ts";
import { UsageError } from "./command.ts";

/**
 * A time as RFC 3339, or a day, which stands for its beginning in UTC; `null` if the flag was not given.
 * @throws UsageError
 */
export function readTime(flag: string, text: string | undefined): Instant | null {
  if (text === undefined) return null;
  const instant = parseInstant(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);
  if (instant !== undefined) return instant;
  throw new UsageError(`${flag} must be a time such as 2026-01-31T00:00:00Z, or a day such as 2026-01-31.`);
}
