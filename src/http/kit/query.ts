import type { Request } from "express";
import type { z } from "zod";
import { checkedQuery, parametersOf, QueryInvalid } from "../../services/documents/parameters.ts";
import type { Page, PageRequest } from "../../store/engine/read/page.ts";
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

const defaultLimit = 50;
export const largestLimit = 200;

/**
 * The query parameters, checked: an unknown one, one given twice and one that cannot be read are refused by name.
 * @throws QueryInvalid
 */
export function readQuery<Shape extends z.ZodRawShape>(
  request: Pick<Request, "url">,
  shape: Shape,
): z.output<z.ZodObject<Shape>> {
  return checkedQuery(parametersOf(request.url), shape);
}

/**
 * The query parameters of a list, and the page they ask for.
 * @throws QueryInvalid
 * @throws HttpProblem `limit_invalid`, `cursor_invalid`
 */
export function readListQuery<Shape extends z.ZodRawShape>(
  request: Request,
  { list, isOneWay }: { readonly list: string; readonly isOneWay: boolean },
  shape: Shape,
): { filter: z.output<z.ZodObject<Shape>>; page: PageRequest } {
  const { limit, cursor, ...others } = parametersOf(request.url);
  const { before, ...beside } = others;
  const rest = isOneWay ? others : beside;
  const back = isOneWay ? undefined : before;
  if (cursor !== undefined && back !== undefined)
    throw new QueryInvalid("A page is asked for by cursor or by before, not by both.");
  const page = {
    limit: limitOf(limit),
    after: cursor === undefined ? null : decodeCursor(list, cursor),
    before: back === undefined ? null : decodeCursor(list, back),
  };
  return { filter: checkedQuery(rest, shape), page };
}

function limitOf(limit: string | undefined): number {
  if (limit === undefined) return defaultLimit;
  const value = /^\d{1,9}$/.test(limit) ? Number(limit) : 0;
  if (value >= 1 && value <= largestLimit) return value;
  throw new HttpProblem("limit_invalid", `limit must be a whole number from 1 to ${largestLimit}.`);
}
