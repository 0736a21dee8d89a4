import { isZeroTime } from "../../domain/time.ts";
import type { Row } from "../listed-rows.ts";
import { bodyOf, ownKey } from "../own-key.ts";
import type { Statement } from "../source.ts";

/** An event of Paddle's list: what a webhook would have carried, without the id of a delivery. */
export function eventStatement(row: Row): Statement {
  return { ref: String(row.event_id), object: row, body: bodyOf(row), isEvent: true };
}

/** A transaction or an adjustment as it is now, as an event that says so at the time it was last changed. */
export function objectStatement(object: "transaction" | "adjustment", row: Row): Statement {
  const ref = String(row.id);
  const at = lastChange(row);
  const event = {
    event_id: ownKey(object, { ref, at, row }),
    event_type: `${object}.updated`,
    occurred_at: at,
    data: row,
  };
  return { ref, object: row, body: bodyOf(event), isEvent: false };
}

/** Adjustments have been seen with an `updated_at` of the year 1. */
function lastChange({ updated_at: updated, created_at: created }: Row): string {
  return String(typeof updated === "string" && !isZeroTime(updated) ? updated : created);
}
