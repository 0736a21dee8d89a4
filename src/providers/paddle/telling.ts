import { formatInstant, type Instant, isZeroTime } from "../../domain/time.ts";
import type { ListedObjectRow } from "../kit/listed-rows.ts";
import { bodyOf, ownKey } from "../kit/own-key.ts";
import type { Telling } from "../source.ts";

/** An event of Paddle's list: what a webhook would have carried, without the id of a delivery. */
export function eventTelling(row: ListedObjectRow): Telling {
  return { ref: String(row.event_id), object: row, body: bodyOf(row), asOfNow: null, isEvent: true };
}

/** A transaction or an adjustment as it is now, as an event that says so at the time it was last changed. */
export function objectTelling(
  object: "transaction" | "adjustment",
  row: ListedObjectRow,
  askedAt: Instant,
): Telling {
  const ref = String(row.id);
  const saidAt = (at: string) =>
    bodyOf({
      event_id: ownKey(object, { ref, at, row }),
      event_type: `${object}.updated`,
      occurred_at: at,
      data: row,
    });
  const [body, asOfNow] = [saidAt(lastChange(row)), saidAt(formatInstant(askedAt))];
  return { ref, object: row, body, asOfNow, isEvent: false };
}

/** Adjustments have been seen with an `updated_at` of the year 1. */
function lastChange({ updated_at: updated, created_at: created }: ListedObjectRow): string {
  return String(typeof updated === "string" && !isZeroTime(updated) ? updated : created);
}
