import type { Page } from "../../store/engine/read/page.ts";
import { HttpProblem } from "./problem.ts";

/** Where a list goes on. Opaque: what is in it may change with any version. */
export function encodeCursor(list: string, position: string): string {
  return Buffer.from(`${list} ${position}`).toString("base64url");
}

/** @throws HttpProblem `cursor_invalid` if it was not made by {@link encodeCursor} for this list */
export function decodeCursor(list: string, cursor: string): string {
  const text = Buffer.from(cursor, "base64url").toString("utf8");
  const begin = `${list} `;
  const isOurs = text.startsWith(begin) && encodeCursor(list, text.slice(begin.length)) === cursor;
  if (!isOurs || text.includes("\0"))
    throw new HttpProblem(
      "cursor_invalid",
      "Give the next_cursor or previous_cursor of another page of the same list.",
    );
  return text.slice(begin.length);
}

const cursorOf = (list: string, position: string | null) =>
  position === null ? null : encodeCursor(list, position);

/** A page as every list of the API answers it. */
export function pageJson<Row>(list: string, page: Page<Row>, toJson: (row: Row) => object) {
  return {
    data: page.rows.map(toJson),
    next_cursor: cursorOf(list, page.next),
    ...(page.previous === undefined ? {} : { previous_cursor: cursorOf(list, page.previous) }),
  };
}
